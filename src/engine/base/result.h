/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Results of the engine.
 *
 * A drm_result has the bit layout of an HRESULT (negative is failure), so that the shell hands it to the
 * application unchanged; the engine itself needs no Windows header. One value stands for one cause: the table
 * in docs/errors.md says which.
 */
#ifndef WMDRM_ENGINE_RESULT_H
#define WMDRM_ENGINE_RESULT_H

#include <stdint.h>

typedef int32_t drm_result;

#define DRM_RESULT(value) ((drm_result)(UINT32_C(value)))
#define DRM_RESULT_FROM_WIN32(code) ((drm_result)(UINT32_C(0x80070000) | (uint32_t)(code)))
#define DRM_RESULT_FROM_HTTP(status) ((drm_result)(UINT32_C(0x80190000) | (uint32_t)(status)))
#define DRM_SUCCEEDED(result) ((result) >= 0)
#define DRM_FAILED(result) ((result) < 0)

/* Before a declaration: to ignore the result is a mistake. */
#define DRM_MUST_CHECK __attribute__((warn_unused_result))

#define DRM_S_OK 0

/* COM and Win32 codes. */
#define DRM_E_FAIL                 DRM_RESULT(0x80004005)
#define DRM_E_POINTER              DRM_RESULT(0x80004003)
#define DRM_E_UNEXPECTED           DRM_RESULT(0x8000FFFF)
#define DRM_E_OUT_OF_MEMORY        DRM_RESULT(0x8007000E)
#define DRM_E_INVALID_ARGUMENT     DRM_RESULT(0x80070057)
#define DRM_E_ACCESS_DENIED        DRM_RESULT(0x80070005)  /* the store folder may not be opened */
#define DRM_E_WRITE_PROTECTED      DRM_RESULT(0x80070013)  /* the store folder cannot be written */
#define DRM_E_PATH_NOT_FOUND       DRM_RESULT(0x80070003)
#define DRM_E_NOT_FOUND            DRM_RESULT(0x80070490)  /* ERROR_NOT_FOUND */
#define DRM_E_DISK_FULL            DRM_RESULT(0x80070070)
#define DRM_E_IO                   DRM_RESULT(0x8007045D)  /* ERROR_IO_DEVICE */
#define DRM_E_STORE_TOO_NEW        DRM_RESULT(0x8007051A)  /* ERROR_REVISION_MISMATCH */
#define DRM_E_STORE_ON_NETWORK     DRM_RESULT(0x80070032)  /* ERROR_NOT_SUPPORTED */
#define DRM_E_RESPONSE_TOO_LARGE   DRM_RESULT(0x800700DF)  /* ERROR_FILE_TOO_LARGE */

/* Transport: the codes of WinHTTP (12000 and up) as HRESULTs. */
#define DRM_E_HTTP_TIMEOUT             DRM_RESULT(0x80072EE2)  /* ERROR_WINHTTP_TIMEOUT: silence, or a drip */
#define DRM_E_HTTP_INVALID_URL         DRM_RESULT(0x80072EE5)  /* ERROR_WINHTTP_INVALID_URL */
#define DRM_E_HTTP_NAME_NOT_RESOLVED   DRM_RESULT(0x80072EE7)  /* ERROR_WINHTTP_NAME_NOT_RESOLVED */
#define DRM_E_HTTP_CANNOT_CONNECT      DRM_RESULT(0x80072EFD)  /* ERROR_WINHTTP_CANNOT_CONNECT */
#define DRM_E_HTTP_CONNECTION_CUT      DRM_RESULT(0x80072EFE)  /* ERROR_WINHTTP_CONNECTION_ERROR */
#define DRM_E_HTTP_EMPTY_RESPONSE      DRM_RESULT(0x80072F78)  /* ERROR_WINHTTP_INVALID_SERVER_RESPONSE */
#define DRM_E_HTTP_REDIRECT_LOOP       DRM_RESULT(0x80072F7C)  /* ERROR_WINHTTP_REDIRECT_FAILED */
#define DRM_E_HTTP_REDIRECT_DOWNGRADE  DRM_RESULT(0x80072F88)  /* ERROR_HTTP_REDIRECT_NEEDS_CONFIRMATION */
#define DRM_E_MACHINE_REFUSED          DRM_RESULT(0x80190193)  /* HTTP 403: the authority refuses this identity */
#define DRM_E_HTTP_TLS                 DRM_RESULT(0x80072F8F)  /* ERROR_WINHTTP_SECURE_FAILURE */
#define DRM_E_HTTP_HEAD_TOO_LARGE      DRM_RESULT(0x80072F96)  /* ERROR_WINHTTP_HEADER_SIZE_OVERFLOW */

/* Windows Media DRM (nserror.h, facility NS), without the prefix NS_. */
#define DRM_S_INDIVIDUALIZED           DRM_RESULT(0x000D2727)
#define DRM_E_NEEDS_INDIVIDUALIZATION  DRM_RESULT(0xC00D2728)
#define DRM_E_INDIVIDUALIZING          DRM_RESULT(0xC00D272C)
#define DRM_E_PARAMETERS_MISMATCHED    DRM_RESULT(0xC00D272F)  /* an answer to another request (nonce) */
#define DRM_E_INDIVIDUALIZE_ERROR      DRM_RESULT(0xC00D2736)
#define DRM_E_SECURE_STORE_ERROR       DRM_RESULT(0xC00D2713)  /* the protector failed */
#define DRM_E_SECURE_STORE_UNLOCK_ERROR DRM_RESULT(0xC00D2715) /* the protector cannot open what it sealed */
#define DRM_E_INVALID_MACHINE          DRM_RESULT(0xC00D2719)  /* made for another machine */
#define DRM_E_KEY_ERROR                DRM_RESULT(0xC00D2721)
#define DRM_E_ENCRYPT_ERROR            DRM_RESULT(0xC00D2722)
#define DRM_E_DECRYPT_ERROR            DRM_RESULT(0xC00D2723)
#define DRM_E_BUFFER_TOO_SMALL         DRM_RESULT(0xC00D275C)
#define DRM_E_BAD_NET_RESPONSE         DRM_RESULT(0xC00D275E)  /* the answer is none of our service's */
#define DRM_E_COMPONENT_INVALID        DRM_RESULT(0xC00D2760)  /* a part of the package is not what was signed */
#define DRM_E_INVALID_DATA             DRM_RESULT(0xC00D2761)  /* an object cannot be read */
#define DRM_E_POLICY_DISABLE_ONLINE    DRM_RESULT(0xC00D2762)
#define DRM_E_NOT_CONFIGURED           DRM_RESULT(0xC00D2764)
#define DRM_E_OPERATION_CANCELED       DRM_RESULT(0xC00D2768)
#define DRM_E_PACKAGE_TOO_OLD          DRM_RESULT(0xC00D2778)  /* NS_E_DRM_SDK_VERSIONMISMATCH */
#define DRM_E_UNABLE_TO_OPEN_STORE     DRM_RESULT(0xC00D2782)
#define DRM_E_STORE_CORRUPT            DRM_RESULT(0xC00D2783)
#define DRM_E_SIGNATURE_FAILURE        DRM_RESULT(0xC00D283F)
#define DRM_E_BUSY                     DRM_RESULT(0xC00D2841)  /* another process holds the store */
#define DRM_E_INDIV_LIMIT              DRM_RESULT(0xC00D2843)  /* NS_E_DRM_INDIV_FRAUD: HTTP 429 */
#define DRM_E_INDIV_NO_PACKAGE         DRM_RESULT(0xC00D2844)  /* NS_E_DRM_INDIV_NO_CABS: HTTP 404 */
#define DRM_E_INDIV_UNAVAILABLE        DRM_RESULT(0xC00D2845)  /* HTTP 503 */
#define DRM_E_INVALID_CERTIFICATE      DRM_RESULT(0xC00D28A0)  /* unreadable, or not under the trust anchor */
#define DRM_E_CERTIFICATE_REVOKED      DRM_RESULT(0xC00D28A1)
#define DRM_E_BAD_REQUEST              DRM_RESULT(0xC00D28B0)  /* HTTP 400 */
#define DRM_E_INVALID_CRL              DRM_RESULT(0xC00D28B1)

/* Licences (nserror.h, without the prefix NS_). */
#define DRM_S_LICENSE_ACQUIRED         DRM_RESULT(0x000D2726)
#define DRM_E_LICENSE_STORE_ERROR      DRM_RESULT(0xC00D2712)
#define DRM_E_INVALID_CONTENT          DRM_RESULT(0xC00D2716)
#define DRM_E_INVALID_LICENSE          DRM_RESULT(0xC00D2718)  /* a licence, or its response, cannot be read */
#define DRM_E_UNABLE_TO_ACQUIRE        DRM_RESULT(0xC00D271E)  /* the issuer has no licence for this content */
#define DRM_E_INVALID_LICENSE_ACQUIRED DRM_RESULT(0xC00D271F)  /* it names another issuer than who signed it */
#define DRM_E_NO_RIGHTS                DRM_RESULT(0xC00D2720)  /* the licence does not grant that */
#define DRM_E_LICENSE_INVALID_XML      DRM_RESULT(0xC00D2725)  /* no LICENSERESPONSE */
#define DRM_E_ACQUIRING                DRM_RESULT(0xC00D272B)
#define DRM_E_BACKUP_EXISTS            DRM_RESULT(0xC00D2742)
#define DRM_E_BACKUP_CORRUPT           DRM_RESULT(0xC00D2743)
#define DRM_E_BACKUPRESTORE_BUSY       DRM_RESULT(0xC00D2744)
#define DRM_E_LICENSE_UNUSABLE         DRM_RESULT(0xC00D2748)  /* its count is used up */
#define DRM_E_INVALID_PROPERTY         DRM_RESULT(0xC00D2749)  /* the licence does not have that property */
#define DRM_E_APPCERT_REVOKED          DRM_RESULT(0xC00D2752)
#define DRM_E_INVALID_PASSPHRASE       DRM_RESULT(0xC00D2751)  /* of an exported authority */
#define DRM_E_RESTORE_FRAUD            DRM_RESULT(0xC00D2753)  /* more machines than the licence may live on */
#define DRM_E_LICENSE_NOTACQUIRED      DRM_RESULT(0xC00D2759)  /* the issuer offers only the way with a web page */
#define DRM_E_UNSUPPORTED_PROPERTY     DRM_RESULT(0xC00D275D)  /* no such property */
#define DRM_E_STORE_NOT_ALL_STORED     DRM_RESULT(0xC00D275F)  /* licences that were deleted or revoked here stay so */
#define DRM_E_NO_SECURE_CLOCK          DRM_RESULT(0xC00D2775)  /* the system's clock was set back */
#define DRM_E_INVALID_APPCERT          DRM_RESULT(0xC00D277C)  /* of an application: unreadable, foreign, another key */
#define DRM_E_METERING                 DRM_RESULT(0xC00D2776)  /* the licence wants to be metered */
#define DRM_E_LICENSE_HEADER_MISSING_URL DRM_RESULT(0xC00D277A)  /* neither the header nor the caller names a URL */
#define DRM_E_MALFORMED_CONTENT_HEADER DRM_RESULT(0xC00D279C)
#define DRM_E_LICENSE_EXPIRED          DRM_RESULT(0xC00D27D8)
#define DRM_E_LICENSE_NOT_ENABLED      DRM_RESULT(0xC00D27D9)  /* not yet, or not any more for another reason */
#define DRM_E_LICENSE_APPSECLOW        DRM_RESULT(0xC00D27DA)
#define DRM_E_STORE_NEEDINDI           DRM_RESULT(0xC00D27DB)
#define DRM_E_STORE_NOT_ALLOWED        DRM_RESULT(0xC00D27DC)  /* a licence that may not be persisted */
#define DRM_E_NO_UPLINK_LICENSE        DRM_RESULT(0xC00D2848)  /* a leaf without its root */
#define DRM_E_INVALID_KID              DRM_RESULT(0xC00D2849)
#define DRM_E_CHAIN_TOO_LONG           DRM_RESULT(0xC00D284C)
#define DRM_E_UNSUPPORTED_ALGORITHM    DRM_RESULT(0xC00D284D)  /* also: a LICENSE of another version than 3.0.0.0 */
#define DRM_E_LICENSE_DELETION_ERROR   DRM_RESULT(0xC00D284E)
#define DRM_E_RESTORE_UNAVAILABLE      DRM_RESULT(0xC00D2846)
#define DRM_E_LICENSE_UNAVAILABLE      DRM_RESULT(0xC00D28A2)  /* marked for purge */
#define DRM_E_INVALID_LICENSEBLOB      DRM_RESULT(0xC00D28B4)  /* a revocation response cannot be read */
#define DRM_E_INCLUSION_LIST_REQUIRED  DRM_RESULT(0xC00D28B5)  /* the licence names no system to export to */
#define DRM_E_EXPIRED_LICENSEBLOB      DRM_RESULT(0xC00D28B3)  /* a revocation response that was used before */
#define DRM_E_UNABLE_TO_VERIFY_PROXIMITY DRM_RESULT(0xC00D28A4)
#define DRM_E_MUST_REGISTER            DRM_RESULT(0xC00D28A5)
#define DRM_E_MUST_APPROVE             DRM_RESULT(0xC00D28A6)
#define DRM_E_MUST_REVALIDATE          DRM_RESULT(0xC00D28A7)  /* proximity was never shown, or too long ago */
#define DRM_E_DEVICE_LIMIT_REACHED     DRM_RESULT(0xC00D28A3)
#define DRM_E_INVALID_PROXIMITY_RESPONSE DRM_RESULT(0xC00D28A8)
#define DRM_E_INVALID_SESSION          DRM_RESULT(0xC00D28A9)
#define DRM_E_DEVICE_NOT_OPEN          DRM_RESULT(0xC00D28AA)
#define DRM_E_UNSUPPORTED_PROTOCOL_VERSION DRM_RESULT(0xC00D28AC)
#define DRM_E_UNSUPPORTED_ACTION       DRM_RESULT(0xC00D28AD)
#define DRM_E_UNABLE_TO_OPEN_PORT      DRM_RESULT(0xC00D28AF)
#define DRM_E_ATTRIBUTE_TOO_LONG       DRM_RESULT(0xC00D28B2)
#define DRM_E_RIV_TOO_SMALL            DRM_RESULT(0xC00D28B7)  /* a newer revocation list is needed */
#define DRM_E_LICENSE_NOT_FOUND        DRM_RESULT(0x8004C013)  /* DRM_E_LICENSENOTFOUND */
#define DRM_E_NO_MORE_ITEMS            DRM_RESULT(0x80070103)

#endif
