/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Published test vectors, in hexadecimal. Each was recomputed with an independent implementation before it was written
 * here.
 */
#ifndef WMDRM_TESTS_CRYPTO_VECTORS_H
#define WMDRM_TESTS_CRYPTO_VECTORS_H

#include <stddef.h>
#include <stdint.h>

struct sign_vector
{
    const char *seed;
    const char *public_key;
    const char *message;
    const char *signature;
};

/* RFC 8032, section 7.1: TEST 1, 2, 3, 1024 and SHA(abc). */
static const struct sign_vector sign_vectors[] = {
    {
        .seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        .public_key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        .message = "",
        .signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
                     "b46bd25bf5f0595bbe24655141438e7a100b",
    },
    {
        .seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        .public_key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        .message = "72",
        .signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
                     "1d8c387b2eaeb4302aeeb00d291612bb0c00",
    },
    {
        .seed = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        .public_key = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        .message = "af82",
        .signature = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
                     "c6594a7c15e9716ed28dc027beceea1ec40a",
    },
    {
        .seed = "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
        .public_key = "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        .message = "08b8b2b733424243760fe426a4b54908632110a66c2f6591eabd3345e3e4eb98fa6e264bf09efe12ee50f8f54e9f77"
                   "b1e355f6c50544e23fb1433ddf73be84d879de7c0046dc4996d9e773f4bc9efe5738829adb26c81b37c93a1b270b20"
                   "329d658675fc6ea534e0810a4432826bf58c941efb65d57a338bbd2e26640f89ffbc1a858efcb8550ee3a5e1998bd1"
                   "77e93a7363c344fe6b199ee5d02e82d522c4feba15452f80288a821a579116ec6dad2b3b310da903401aa62100ab5d"
                   "1a36553e06203b33890cc9b832f79ef80560ccb9a39ce767967ed628c6ad573cb116dbefefd75499da96bd68a8a97b"
                   "928a8bbc103b6621fcde2beca1231d206be6cd9ec7aff6f6c94fcd7204ed3455c68c83f4a41da4af2b74ef5c53f1d8"
                   "ac70bdcb7ed185ce81bd84359d44254d95629e9855a94a7c1958d1f8ada5d0532ed8a5aa3fb2d17ba70eb6248e594e"
                   "1a2297acbbb39d502f1a8c6eb6f1ce22b3de1a1f40cc24554119a831a9aad6079cad88425de6bde1a9187ebb6092cf"
                   "67bf2b13fd65f27088d78b7e883c8759d2c4f5c65adb7553878ad575f9fad878e80a0c9ba63bcbcc2732e69485bbc9"
                   "c90bfbd62481d9089beccf80cfe2df16a2cf65bd92dd597b0707e0917af48bbb75fed413d238f5555a7a569d80c341"
                   "4a8d0859dc65a46128bab27af87a71314f318c782b23ebfe808b82b0ce26401d2e22f04d83d1255dc51addd3b75a2b"
                   "1ae0784504df543af8969be3ea7082ff7fc9888c144da2af58429ec96031dbcad3dad9af0dcbaaaf268cb8fcffead9"
                   "4f3c7ca495e056a9b47acdb751fb73e666c6c655ade8297297d07ad1ba5e43f1bca32301651339e22904cc8c42f58c"
                   "30c04aafdb038dda0847dd988dcda6f3bfd15c4b4c4525004aa06eeff8ca61783aacec57fb3d1f92b0fe2fd1a85f67"
                   "24517b65e614ad6808d6f6ee34dff7310fdc82aebfd904b01e1dc54b2927094b2db68d6f903b68401adebf5a7e08d7"
                   "8ff4ef5d63653a65040cf9bfd4aca7984a74d37145986780fc0b16ac451649de6188a7dbdf191f64b5fc5e2ab47b57"
                   "f7f7276cd419c17a3ca8e1b939ae49e488acba6b965610b5480109c8b17b80e1b7b750dfc7598d5d5011fd2dcc5600"
                   "a32ef5b52a1ecc820e308aa342721aac0943bf6686b64b2579376504ccc493d97e6aed3fb0f9cd71a43dd497f01f17"
                   "c0e2cb3797aa2a2f256656168e6c496afc5fb93246f6b1116398a346f1a641f3b041e989f7914f90cc2c7fff357876"
                   "e506b50d334ba77c225bc307ba537152f3f1610e4eafe595f6d9d90d11faa933a15ef1369546868a7f3a45a96768d4"
                   "0fd9d03412c091c6315cf4fde7cb68606937380db2eaaa707b4c4185c32eddcdd306705e4dc1ffc872eeee475a64df"
                   "ac86aba41c0618983f8741c5ef68d3a101e8a3b8cac60c905c15fc910840b94c00a0b9d0",
        .signature = "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23c436"
                     "d94b5e8fcd4f681e30a6ac00a9704a188a03",
    },
    {
        .seed = "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        .public_key = "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        .message = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feeb"
                   "bd454d4423643ce80e2a9ac94fa54ca49f",
        .signature = "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431"
                     "e0303dca179c138ac17ad9bef1177331a704",
    },
};

struct x25519_vector
{
    const char *private_key;
    const char *peer;
    const char *secret;
};

/* RFC 7748, sections 5.2 (the last is one round of its iteration) and 6.1 (Alice, Bob, and their public keys). */
static const struct x25519_vector x25519_vectors[] = {
    {
        .private_key = "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        .peer = "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        .secret = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    },
    {
        .private_key = "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        .peer = "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        .secret = "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
    },
    {
        .private_key = "0900000000000000000000000000000000000000000000000000000000000000",
        .peer = "0900000000000000000000000000000000000000000000000000000000000000",
        .secret = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
    },
    {
        .private_key = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        .peer = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        .secret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    },
    {
        .private_key = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        .peer = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        .secret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
    },
    {
        .private_key = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        .peer = "0900000000000000000000000000000000000000000000000000000000000000",
        .secret = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
    },
    {
        .private_key = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        .peer = "0900000000000000000000000000000000000000000000000000000000000000",
        .secret = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
    },
};

struct hmac_vector
{
    const char *key;
    const char *data;
    const char *mac;
};

/* RFC 4231, test cases 1 to 7 (5 gives the first half of the MAC). */
static const struct hmac_vector hmac_vectors[] = {
    {
        .key = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        .data = "4869205468657265",
        .mac = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    },
    {
        .key = "4a656665",
        .data = "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
        .mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    },
    {
        .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        .data = "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
                "dd",
        .mac = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    },
    {
        .key = "0102030405060708090a0b0c0d0e0f10111213141516171819",
        .data = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
                "cd",
        .mac = "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    },
    {
        .key = "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
        .data = "546573742057697468205472756e636174696f6e",
        .mac = "a3b6167473100ee06e0c796c2955552b",
    },
    {
        .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        .data = "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b657920"
                "4669727374",
        .mac = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    },
    {
        .key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        .data = "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b6579"
                "20616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e65656473"
                "20746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f72"
                "6974686d2e",
        .mac = "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    },
};

struct hkdf_vector
{
    const char *secret;
    const char *salt;
    const char *info;
    const char *key;
    const char *out;
};

/* RFC 5869, appendix A.1 to A.3. */
static const struct hkdf_vector hkdf_vectors[] = {
    {
        .secret = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        .salt = "000102030405060708090a0b0c",
        .info = "f0f1f2f3f4f5f6f7f8f9",
        .key = "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        .out = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    },
    {
        .secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
                  "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
        .salt = "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f90"
                "9192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        .info = "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0"
                "e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        .key = "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        .out = "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da"
               "3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    },
    {
        .secret = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        .salt = "",
        .info = "",
        .key = "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        .out = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    },
};

struct aead_vector
{
    const char *key;
    const char *nonce;
    const char *aad;
    const char *plaintext;
    const char *sealed;
};

/* RFC 8452, appendices C.2 (AES-256) and C.3 (the last two: the counter wraps). */
static const struct aead_vector gcm_siv_vectors[] = {
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "",
        .plaintext = "",
        .sealed = "07f5f4169bbf55a8400cd47ea6fd400f",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "",
        .plaintext = "0100000000000000",
        .sealed = "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "",
        .plaintext = "010000000000000000000000",
        .sealed = "9aab2aeb3faa0a34aea8e2b18ca50da9ae6559e48fd10f6e5c9ca17e",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "",
        .plaintext = "01000000000000000000000000000000",
        .sealed = "85a01b63025ba19b7fd3ddfc033b3e76c9eac6fa700942702e90862383c6c366",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "",
        .plaintext = "0100000000000000000000000000000002000000000000000000000000000000",
        .sealed = "4a6a9db4c8c6549201b9edb53006cba821ec9cf850948a7c86c68ac7539d027fe819e63abcd020b006a976397632eb5d",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "",
        .plaintext = "01000000000000000000000000000000020000000000000000000000000000000300000000000000000000000000"
                     "0000",
        .sealed = "c00d121893a9fa603f48ccc1ca3c57ce7499245ea0046db16c53c7c66fe717e39cf6c748837b61f6ee3adcee17534ed5"
                  "790bc96880a99ba804bd12c0e6a22cc4",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "",
        .plaintext = "01000000000000000000000000000000020000000000000000000000000000000300000000000000000000000000"
                     "000004000000000000000000000000000000",
        .sealed = "c2d5160a1f8683834910acdafc41fbb1632d4a353e8b905ec9a5499ac34f96c7e1049eb080883891a4db8caaa1f99dd0"
                  "04d80487540735234e3744512c6f90ce112864c269fc0d9d88c61fa47e39aa08",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "01",
        .plaintext = "0200000000000000",
        .sealed = "1de22967237a813291213f267e3b452f02d01ae33e4ec854",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "01",
        .plaintext = "020000000000000000000000",
        .sealed = "163d6f9cc1b346cd453a2e4cc1a4a19ae800941ccdc57cc8413c277f",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "01",
        .plaintext = "02000000000000000000000000000000",
        .sealed = "c91545823cc24f17dbb0e9e807d5ec17b292d28ff61189e8e49f3875ef91aff7",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "01",
        .plaintext = "0200000000000000000000000000000003000000000000000000000000000000",
        .sealed = "07dad364bfc2b9da89116d7bef6daaaf6f255510aa654f920ac81b94e8bad365aea1bad12702e1965604374aab96dbbc",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "01",
        .plaintext = "02000000000000000000000000000000030000000000000000000000000000000400000000000000000000000000"
                     "0000",
        .sealed = "c67a1f0f567a5198aa1fcc8e3f21314336f7f51ca8b1af61feac35a86416fa47fbca3b5f749cdf564527f2314f42fe25"
                  "03332742b228c647173616cfd44c54eb",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "01",
        .plaintext = "02000000000000000000000000000000030000000000000000000000000000000400000000000000000000000000"
                     "000005000000000000000000000000000000",
        .sealed = "67fd45e126bfb9a79930c43aad2d36967d3f0e4d217c1e551f59727870beefc98cb933a8fce9de887b1e40799988db1f"
                  "c3f91880ed405b2dd298318858467c895bde0285037c5de81e5b570a049b62a0",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "010000000000000000000000",
        .plaintext = "02000000",
        .sealed = "22b3f4cd1835e517741dfddccfa07fa4661b74cf",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "010000000000000000000000000000000200",
        .plaintext = "0300000000000000000000000000000004000000",
        .sealed = "43dd0163cdb48f9fe3212bf61b201976067f342bb879ad976d8242acc188ab59cabfe307",
    },
    {
        .key = "0100000000000000000000000000000000000000000000000000000000000000",
        .nonce = "030000000000000000000000",
        .aad = "0100000000000000000000000000000002000000",
        .plaintext = "030000000000000000000000000000000400",
        .sealed = "462401724b5ce6588d5a54aae5375513a075cfcdf5042112aa29685c912fc2056543",
    },
    {
        .key = "e66021d5eb8e4f4066d4adb9c33560e4f46e44bb3da0015c94f7088736864200",
        .nonce = "e0eaf5284d884a0e77d31646",
        .aad = "",
        .plaintext = "",
        .sealed = "169fbb2fbf389a995f6390af22228a62",
    },
    {
        .key = "bae8e37fc83441b16034566b7a806c46bb91c3c5aedb64a6c590bc84d1a5e269",
        .nonce = "e4b47801afc0577e34699b9e",
        .aad = "4fbdc66f14",
        .plaintext = "671fdd",
        .sealed = "0eaccb93da9bb81333aee0c785b240d319719d",
    },
    {
        .key = "6545fc880c94a95198874296d5cc1fd161320b6920ce07787f86743b275d1ab3",
        .nonce = "2f6d1f0434d8848c1177441f",
        .aad = "6787f3ea22c127aaf195",
        .plaintext = "195495860f04",
        .sealed = "a254dad4f3f96b62b84dc40c84636a5ec12020ec8c2c",
    },
    {
        .key = "d1894728b3fed1473c528b8426a582995929a1499e9ad8780c8d63d0ab4149c0",
        .nonce = "9f572c614b4745914474e7c7",
        .aad = "489c8fde2be2cf97e74e932d4ed87d",
        .plaintext = "c9882e5386fd9f92ec",
        .sealed = "0df9e308678244c44bc0fd3dc6628dfe55ebb0b9fb2295c8c2",
    },
    {
        .key = "a44102952ef94b02b805249bac80e6f61455bfac8308a2d40d8c845117808235",
        .nonce = "5c9e940fea2f582950a70d5a",
        .aad = "0da55210cc1c1b0abde3b2f204d1e9f8b06bc47f",
        .plaintext = "1db2316fd568378da107b52b",
        .sealed = "8dbeb9f7255bf5769dd56692404099c2587f64979f21826706d497d5",
    },
    {
        .key = "9745b3d1ae06556fb6aa7890bebc18fe6b3db4da3d57aa94842b9803a96e07fb",
        .nonce = "6de71860f762ebfbd08284e4",
        .aad = "f37de21c7ff901cfe8a69615a93fdf7a98cad481796245709f",
        .plaintext = "21702de0de18baa9c9596291b08466",
        .sealed = "793576dfa5c0f88729a7ed3c2f1bffb3080d28f6ebb5d3648ce97bd5ba67fd",
    },
    {
        .key = "b18853f68d833640e42a3c02c25b64869e146d7b233987bddfc240871d7576f7",
        .nonce = "028ec6eb5ea7e298342a94d4",
        .aad = "9c2159058b1f0fe91433a5bdc20e214eab7fecef4454a10ef0657df21ac7",
        .plaintext = "b202b370ef9768ec6561c4fe6b7e7296fa85",
        .sealed = "857e16a64915a787637687db4a9519635cdd454fc2a154fea91f8363a39fec7d0a49",
    },
    {
        .key = "3c535de192eaed3822a2fbbe2ca9dfc88255e14a661b8aa82cc54236093bbc23",
        .nonce = "688089e55540db1872504e1c",
        .aad = "734320ccc9d9bbbb19cb81b2af4ecbc3e72834321f7aa0f70b7282b4f33df23f167541",
        .plaintext = "ced532ce4159b035277d4dfbb7db62968b13cd4eec",
        .sealed = "626660c26ea6612fb17ad91e8e767639edd6c9faee9d6c7029675b89eaf4ba1ded1a286594",
    },
    {
        .key = "0000000000000000000000000000000000000000000000000000000000000000",
        .nonce = "000000000000000000000000",
        .aad = "",
        .plaintext = "000000000000000000000000000000004db923dc793ee6497c76dcc03a98e108",
        .sealed = "f3f80f2cf0cb2dd9c5984fcda908456cc537703b5ba70324a6793a7bf218d3eaffffffff000000000000000000000000",
    },
    {
        .key = "0000000000000000000000000000000000000000000000000000000000000000",
        .nonce = "000000000000000000000000",
        .aad = "",
        .plaintext = "eb3640277c7ffd1303c7a542d02d3e4c0000000000000000",
        .sealed = "18ce4f0b8cb4d0cac65fea8f79257b20888e53e72299e56dffffffff000000000000000000000000",
    },
};

struct hpke_vector
{
    const char *ephemeral;
    const char *recipient_private;
    const char *recipient;
    const char *info;
    const char *encapsulated;
    const char *shared_secret;
    const char *key;
    const char *base_nonce;
};

/*
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, base mode: with AES-128-GCM RFC 9180, appendix A.1.1; with AES-256-GCM
 * from the complete vectors that the RFC names.
 */
static const struct hpke_vector hpke_vectors[] = {
    {
        .ephemeral = "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
        .recipient_private = "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
        .recipient = "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
        .info = "4f6465206f6e2061204772656369616e2055726e",
        .encapsulated = "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
        .shared_secret = "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc",
        .key = "4531685d41d65f03dc48f6b8302c05b0",
        .base_nonce = "56d890e5accaaf011cff4b7d",
    },
    {
        .ephemeral = "179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11",
        .recipient_private = "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d",
        .recipient = "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c",
        .info = "4f6465206f6e2061204772656369616e2055726e",
        .encapsulated = "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256",
        .shared_secret = "3101c54c3a4f87439eaac080699ed9bbcc726ffe44e860c0424ccb7e3e2ead7b",
        .key = "f50b0609186798729ed0564b36ef2ef8044f1f9d05636874d1f46c819c7a669f",
        .base_nonce = "151d9929e2449747889bc923",
    },
};

struct hpke_message_vector
{
    size_t vector; /* of hpke_vectors */
    uint64_t sequence;
    const char *plaintext;
    const char *aad;
    const char *sealed;
};

/* The messages of both that appendix A shows. */
static const struct hpke_message_vector hpke_message_vectors[] = {
    {
        .vector = 0,
        .sequence = 0,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d30",
        .sealed = "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
    },
    {
        .vector = 0,
        .sequence = 1,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d31",
        .sealed = "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab251c03d0c22a56b8ca42c2063b84",
    },
    {
        .vector = 0,
        .sequence = 2,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d32",
        .sealed = "498dfcabd92e8acedc281e85af1cb4e3e31c7dc394a1ca20e173cb72516491588d96a19ad4a683518973dcc180",
    },
    {
        .vector = 0,
        .sequence = 4,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d34",
        .sealed = "583bd32bc67a5994bb8ceaca813d369bca7b2a42408cddef5e22f880b631215a09fc0012bc69fccaa251c0246d",
    },
    {
        .vector = 0,
        .sequence = 255,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d323535",
        .sealed = "7175db9717964058640a3a11fb9007941a5d1757fda1a6935c805c21af32505bf106deefec4a49ac38d71c9e0a",
    },
    {
        .vector = 0,
        .sequence = 256,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d323536",
        .sealed = "957f9800542b0b8891badb026d79cc54597cb2d225b54c00c5238c25d05c30e3fbeda97d2e0e1aba483a2df9f2",
    },
    {
        .vector = 1,
        .sequence = 0,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d30",
        .sealed = "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a",
    },
    {
        .vector = 1,
        .sequence = 1,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d31",
        .sealed = "2c43aff25343fdbff864506f0818b9d87df84ea01b1a2144d23b4d40c26bf655fdf197fe40297a8aebeed5cc2d",
    },
    {
        .vector = 1,
        .sequence = 2,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d32",
        .sealed = "e0a8f2cf92ff61215edbb8c55dc31fe9e2eb42a5685867bb6854211542099f9e940c4b41c192bc390835b1a5f7",
    },
    {
        .vector = 1,
        .sequence = 4,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d34",
        .sealed = "448a8892f261cbb6bf5b7b64a4fae8a2c86492494b069c10525895d871c27c2f12cd17e0588fedaba9f7b0cd4c",
    },
    {
        .vector = 1,
        .sequence = 255,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d323535",
        .sealed = "f6ad1823eb0b932d04b6e23010eea64f1fe5edd0583dae5ba27ca6363f4ea104bd217331460ef4208040423641",
    },
    {
        .vector = 1,
        .sequence = 256,
        .plaintext = "4265617574792069732074727574682c20747275746820626561757479",
        .aad = "436f756e742d323536",
        .sealed = "53624f4f9f173453b14e633b45390ff54cacaa4428d44baee1bff8133fab1ab3afe60f88e4634b525c54e92eda",
    },
};

#endif
