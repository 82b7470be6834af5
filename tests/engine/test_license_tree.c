/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hash tree of a response: it is RFC 6962's, and a licence has one proof in it. */
#include "engine/check.h"
#include "support/test_license.h"

#define MANY 70 /* trees up to this size are tried whole */

static void node(const uint8_t left[DRM_SHA256_SIZE], const uint8_t right[DRM_SHA256_SIZE],
                 uint8_t out[DRM_SHA256_SIZE])
{
    uint8_t data[1 + 2 * DRM_SHA256_SIZE] = {1};

    memcpy(data + 1, left, DRM_SHA256_SIZE);
    memcpy(data + 1 + DRM_SHA256_SIZE, right, DRM_SHA256_SIZE);
    drm_sha256(data, sizeof(data), out);
}

/* The definition of RFC 6962, 2.1, as it stands there: split at the largest power of two below n. */
static void rfc_root(const uint8_t (*leaves)[DRM_SHA256_SIZE], size_t n, uint8_t out[DRM_SHA256_SIZE])
{
    uint8_t left[DRM_SHA256_SIZE], right[DRM_SHA256_SIZE];
    size_t k = 1;

    if (n == 1)
    {
        memcpy(out, leaves[0], DRM_SHA256_SIZE);
        return;
    }
    while (k * 2 < n)
        k *= 2;
    rfc_root(leaves, k, left);
    rfc_root(leaves + k, n - k, right);
    node(left, right, out);
}

static struct drm_license_tree *create(const uint8_t (*leaves)[DRM_SHA256_SIZE], size_t count)
{
    struct drm_license_tree *tree;

    assert_int_equal(drm_license_tree_create(leaves, count, &tree), DRM_S_OK);
    return tree;
}

/* The leaves and roots that Certificate Transparency's implementations are tested with. */
static void license_tree__published_roots(void **state)
{
    static const char *const data[] = {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                       "606162636465666768696a6b6c6d6e6f"};
    static const char *const roots[] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    uint8_t leaves[COUNT(data)][DRM_SHA256_SIZE], root[DRM_SHA256_SIZE];
    (void)state;

    for (size_t i = 0; i < COUNT(data); i++)
    {
        struct drm_buffer leaf = {0};
        struct drm_license_tree *tree;

        append_hex(&leaf, "00");
        append_hex(&leaf, data[i]);
        drm_sha256(leaf.data, leaf.size, leaves[i]);
        drm_buffer_free(&leaf);
        tree = create((const uint8_t (*)[DRM_SHA256_SIZE])leaves, i + 1);
        drm_license_tree_root(tree, root);
        assert_hex(root, sizeof(root), roots[i]);
        drm_license_tree_free(tree);
    }
}

/* --- licences --------------------------------------------------------------------------------------------------- */

/* Licence number i of a row: a body and a wrapped key that no other has. */
static void make_parts(uint32_t i, uint8_t body[8], uint8_t key[DRM_WRAPPED_KEY_SIZE])
{
    drm_put_u64(body, i);
    memset(key, 0x55, DRM_WRAPPED_KEY_SIZE);
    drm_put_u32(key, i);
}

static uint8_t (*make_leaves(size_t count))[DRM_SHA256_SIZE]
{
    uint8_t (*leaves)[DRM_SHA256_SIZE] = malloc(count * DRM_SHA256_SIZE), body[8], key[DRM_WRAPPED_KEY_SIZE];

    assert_non_null(leaves);
    for (size_t i = 0; i < count; i++)
    {
        make_parts((uint32_t)i, body, key);
        assert_int_equal(drm_license_leaf(drm_span(body, 8), drm_span(key, sizeof(key)), leaves[i]), DRM_S_OK);
    }
    return leaves;
}

/* Licence index as it comes out of the tree. Its body is none that drm_license_read would take: split by hand. */
static struct drm_license_object write_license(const struct drm_license_tree *tree, uint32_t index,
                                               struct drm_buffer *out)
{
    uint8_t body[8], key[DRM_WRAPPED_KEY_SIZE];
    const size_t start = 6 + 4 + 6 + sizeof(body) + 6 + sizeof(key) + 6;

    make_parts(index, body, key);
    assert_int_equal(drm_license_write(drm_span(body, 8), drm_span(key, sizeof(key)), tree, index, out), DRM_S_OK);
    return (struct drm_license_object){.body = drm_span(out->data + 16, 8),
                                       .wrapped_key = drm_span(out->data + 30, sizeof(key)),
                                       .proof = drm_span(out->data + start, out->size - start)};
}

static drm_result prove(struct drm_license_object object, struct drm_span proof, size_t count, const uint8_t *root)
{
    uint32_t index = UINT32_MAX;
    drm_result result;

    object.proof = proof;
    result = drm_license_prove(&object, (uint32_t)count, root, &index);
    assert_true(DRM_SUCCEEDED(result) == (index != UINT32_MAX));
    return result;
}

/* One licence of a tree: its proof convinces, and nothing near it does. */
static void check_proof(const struct drm_license_tree *tree, uint32_t i, size_t count, const uint8_t *root)
{
    struct drm_buffer license = {0}, longer = {0};
    const struct drm_license_object object = write_license(tree, i, &license);
    uint8_t wrong[DRM_SHA256_SIZE], *proof = exact_copy(object.proof.data, object.proof.size);
    const struct drm_span span = drm_span(proof, object.proof.size);
    uint32_t index = UINT32_MAX;

    assert_int_equal(drm_license_prove(&object, (uint32_t)count, root, &index), DRM_S_OK);
    assert_int_equal(index, i);
    memcpy(wrong, root, sizeof(wrong));
    wrong[31] ^= 1;
    assert_int_equal(prove(object, span, count, wrong), DRM_E_SIGNATURE_FAILURE);
    for (size_t size = 0; size < span.size; size++)
        assert_int_equal(prove(object, drm_span(proof, size), count, root), DRM_E_INVALID_LICENSE);
    assert_int_equal(drm_buffer_append(&longer, proof, span.size), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&longer, wrong, sizeof(wrong)), DRM_S_OK);
    assert_int_equal(prove(object, drm_buffer_span(&longer), count, root), DRM_E_INVALID_LICENSE);
    for (size_t at = 4; at < span.size; at += DRM_SHA256_SIZE)
    {
        proof[at] ^= 0x80;
        assert_int_equal(prove(object, span, count, root), DRM_E_SIGNATURE_FAILURE);
        proof[at] ^= 0x80;
    }
    for (uint32_t place = 0; place <= count; place++)
    {
        drm_put_u32(proof, place);
        if (place != i)
            assert_true(DRM_FAILED(prove(object, span, count, root)));
    }
    drm_put_u32(proof, UINT32_MAX);
    assert_int_equal(prove(object, span, count, root), DRM_E_INVALID_LICENSE);
    free(proof);
    drm_buffer_free(&longer);
    drm_buffer_free(&license);
}

static void license_tree__each_license_has_one_proof(void **state)
{
    uint8_t (*leaves)[DRM_SHA256_SIZE] = make_leaves(MANY), root[DRM_SHA256_SIZE], expected[DRM_SHA256_SIZE];
    (void)state;

    for (size_t count = 1; count <= MANY; count++)
    {
        struct drm_license_tree *tree = create((const uint8_t (*)[DRM_SHA256_SIZE])leaves, count);

        drm_license_tree_root(tree, root);
        rfc_root((const uint8_t (*)[DRM_SHA256_SIZE])leaves, count, expected);
        assert_memory_equal(root, expected, sizeof(root));
        for (uint32_t i = 0; i < count; i++)
            check_proof(tree, i, count, root);
        drm_license_tree_free(tree);
    }
    free(leaves);
}

static void license_tree__of_the_most_licenses(void **state)
{
    static const uint32_t places[] = {0, 1, 32767, 32768, 65533, 65534, 65535};
    uint8_t (*leaves)[DRM_SHA256_SIZE] = make_leaves(DRM_RESPONSE_MAX_LICENSES + 1), root[DRM_SHA256_SIZE],
            expected[DRM_SHA256_SIZE];
    struct drm_license_tree *tree = NULL;
    (void)state;

    for (size_t count = DRM_RESPONSE_MAX_LICENSES - 1; count <= DRM_RESPONSE_MAX_LICENSES; count++)
    {
        tree = create((const uint8_t (*)[DRM_SHA256_SIZE])leaves, count);
        drm_license_tree_root(tree, root);
        rfc_root((const uint8_t (*)[DRM_SHA256_SIZE])leaves, count, expected);
        assert_memory_equal(root, expected, sizeof(root));
        for (size_t i = 0; i < COUNT(places); i++)
        {
            struct drm_buffer license = {0};
            struct drm_license_object object;
            uint32_t index;

            if (places[i] >= count)
                continue;
            object = write_license(tree, places[i], &license);
            assert_true(object.proof.size <= 4 + 16 * DRM_SHA256_SIZE);
            assert_int_equal(drm_license_prove(&object, (uint32_t)count, root, &index), DRM_S_OK);
            assert_int_equal(index, places[i]);
            drm_buffer_free(&license);
        }
        drm_license_tree_free(tree);
    }
    tree = NULL;
    assert_int_equal(drm_license_tree_create((const uint8_t (*)[DRM_SHA256_SIZE])leaves, 0, &tree),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_license_tree_create((const uint8_t (*)[DRM_SHA256_SIZE])leaves, DRM_RESPONSE_MAX_LICENSES + 1,
                                             &tree), DRM_E_INVALID_ARGUMENT);
    assert_null(tree);
    drm_license_tree_free(NULL);
    free(leaves);
}

/* Two licences of one tree have each other's places: neither proves in the other's, and other responses' in none. */
static void license_tree__a_license_of_elsewhere_is_refused(void **state)
{
    uint8_t (*leaves)[DRM_SHA256_SIZE] = make_leaves(4), root[DRM_SHA256_SIZE], body[8], key[DRM_WRAPPED_KEY_SIZE];
    struct drm_license_tree *tree = create((const uint8_t (*)[DRM_SHA256_SIZE])leaves, 4);
    struct drm_buffer first = {0}, second = {0}, none = {0};
    const struct drm_license_object a = write_license(tree, 1, &first), b = write_license(tree, 2, &second);
    struct drm_license_object other_key = a;
    (void)state;

    drm_license_tree_root(tree, root);
    assert_int_equal(prove(a, b.proof, 4, root), DRM_E_SIGNATURE_FAILURE);
    other_key.wrapped_key = b.wrapped_key;
    assert_int_equal(prove(other_key, a.proof, 4, root), DRM_E_SIGNATURE_FAILURE);
    assert_int_equal(prove(a, a.proof, 0, root), DRM_E_INVALID_LICENSE);
    assert_int_equal(prove(a, a.proof, DRM_RESPONSE_MAX_LICENSES + 1, root), DRM_E_INVALID_LICENSE);
    /* The writer takes none that would be refused. */
    make_parts(1, body, key);
    assert_int_equal(drm_license_write(drm_span(body, 8), drm_span(key, 44), tree, 2, &none), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_license_write(drm_span(body, 8), drm_span(key, 44), tree, 4, &none), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_license_write(drm_span(body, 8), drm_span(key, 43), tree, 1, &none), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_license_write(drm_span(body, 0), drm_span(key, 44), tree, 1, &none), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(none.size, 0);
    drm_buffer_free(&none);
    drm_buffer_free(&second);
    drm_buffer_free(&first);
    drm_license_tree_free(tree);
    free(leaves);
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(drm_crypto_init(), DRM_S_OK);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(license_tree__published_roots),
        cmocka_unit_test(license_tree__each_license_has_one_proof),
        cmocka_unit_test(license_tree__of_the_most_licenses),
        cmocka_unit_test(license_tree__a_license_of_elsewhere_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
