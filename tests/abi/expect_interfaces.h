/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the vtables must be: for each interface VTABLE(interface, number of slots, id), then SLOT(interface, slot,
 * result, method, parameters, arguments of a call) for each slot, inherited ones too, and END. SELF is the object,
 * which only C passes. Included where a table is wanted; no include guard.
 */

VTABLE(IMFContentEnabler, 10, "d3c4ef59-49ce-4381-9071-d5bcd044c770")
SLOT(IMFContentEnabler, 0, HRESULT, QueryInterface, (SELF_(IMFContentEnabler) REFIID, void **), (object, NULL, NULL))
SLOT(IMFContentEnabler, 1, ULONG, AddRef, (SELF(IMFContentEnabler)), (object))
SLOT(IMFContentEnabler, 2, ULONG, Release, (SELF(IMFContentEnabler)), (object))
SLOT(IMFContentEnabler, 3, HRESULT, GetEnableType, (SELF_(IMFContentEnabler) GUID *), (object, NULL))
SLOT(IMFContentEnabler, 4, HRESULT, GetEnableURL,
    (SELF_(IMFContentEnabler) LPWSTR *, DWORD *, MF_URL_TRUST_STATUS *),
    (object, NULL, NULL, NULL))
SLOT(IMFContentEnabler, 5, HRESULT, GetEnableData, (SELF_(IMFContentEnabler) BYTE **, DWORD *), (object, NULL, NULL))
SLOT(IMFContentEnabler, 6, HRESULT, IsAutomaticSupported, (SELF_(IMFContentEnabler) BOOL *), (object, NULL))
SLOT(IMFContentEnabler, 7, HRESULT, AutomaticEnable, (SELF(IMFContentEnabler)), (object))
SLOT(IMFContentEnabler, 8, HRESULT, MonitorEnable, (SELF(IMFContentEnabler)), (object))
SLOT(IMFContentEnabler, 9, HRESULT, Cancel, (SELF(IMFContentEnabler)), (object))
END(IMFContentEnabler)

VTABLE(IDRMStatusCallback, 4, "08548704-75b1-4982-9b26-fb385dee741d")
SLOT(IDRMStatusCallback, 0, HRESULT, QueryInterface,
    (SELF_(IDRMStatusCallback) REFIID, void **),
    (object, NULL, NULL))
SLOT(IDRMStatusCallback, 1, ULONG, AddRef, (SELF(IDRMStatusCallback)), (object))
SLOT(IDRMStatusCallback, 2, ULONG, Release, (SELF(IDRMStatusCallback)), (object))
SLOT(IDRMStatusCallback, 3, HRESULT, OnStatus,
    (SELF_(IDRMStatusCallback) MSDRM_STATUS, HRESULT, DRM_ATTR_DATATYPE, BYTE *, void *),
    (object, (MSDRM_STATUS)0, 0, (DRM_ATTR_DATATYPE)0, NULL, NULL))
END(IDRMStatusCallback)

VTABLE(IWMDRMEventGenerator, 9, "ce11cc91-e615-4e0b-be1f-09b5aec033f2")
SLOT(IWMDRMEventGenerator, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMEventGenerator) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMEventGenerator, 1, ULONG, AddRef, (SELF(IWMDRMEventGenerator)), (object))
SLOT(IWMDRMEventGenerator, 2, ULONG, Release, (SELF(IWMDRMEventGenerator)), (object))
SLOT(IWMDRMEventGenerator, 3, HRESULT, GetEvent,
    (SELF_(IWMDRMEventGenerator) DWORD, IMFMediaEvent **),
    (object, 0, NULL))
SLOT(IWMDRMEventGenerator, 4, HRESULT, BeginGetEvent,
    (SELF_(IWMDRMEventGenerator) IMFAsyncCallback *, IUnknown *),
    (object, NULL, NULL))
SLOT(IWMDRMEventGenerator, 5, HRESULT, EndGetEvent,
    (SELF_(IWMDRMEventGenerator) IMFAsyncResult *, IMFMediaEvent **),
    (object, NULL, NULL))
SLOT(IWMDRMEventGenerator, 6, HRESULT, QueueEvent,
    (SELF_(IWMDRMEventGenerator) MediaEventType, REFGUID, HRESULT, const PROPVARIANT *),
    (object, 0, NULL, 0, NULL))
SLOT(IWMDRMEventGenerator, 7, HRESULT, CancelAsyncOperation, (SELF_(IWMDRMEventGenerator) IUnknown *), (object, NULL))
SLOT(IWMDRMEventGenerator, 8, HRESULT, Shutdown, (SELF(IWMDRMEventGenerator)), (object))
END(IWMDRMEventGenerator)

VTABLE(IWMDRMProvider, 4, "98dc8917-8640-4b1d-9f1e-a590d40357ee")
SLOT(IWMDRMProvider, 0, HRESULT, QueryInterface, (SELF_(IWMDRMProvider) REFIID, void **), (object, NULL, NULL))
SLOT(IWMDRMProvider, 1, ULONG, AddRef, (SELF(IWMDRMProvider)), (object))
SLOT(IWMDRMProvider, 2, ULONG, Release, (SELF(IWMDRMProvider)), (object))
SLOT(IWMDRMProvider, 3, HRESULT, CreateObject, (SELF_(IWMDRMProvider) REFIID, void **), (object, NULL, NULL))
END(IWMDRMProvider)

VTABLE(IWMDRMSecurity, 18, "70800f56-5239-4a0b-a8b8-d53c6bae4171")
SLOT(IWMDRMSecurity, 0, HRESULT, QueryInterface, (SELF_(IWMDRMSecurity) REFIID, void **), (object, NULL, NULL))
SLOT(IWMDRMSecurity, 1, ULONG, AddRef, (SELF(IWMDRMSecurity)), (object))
SLOT(IWMDRMSecurity, 2, ULONG, Release, (SELF(IWMDRMSecurity)), (object))
SLOT(IWMDRMSecurity, 3, HRESULT, GetEvent, (SELF_(IWMDRMSecurity) DWORD, IMFMediaEvent **), (object, 0, NULL))
SLOT(IWMDRMSecurity, 4, HRESULT, BeginGetEvent,
    (SELF_(IWMDRMSecurity) IMFAsyncCallback *, IUnknown *),
    (object, NULL, NULL))
SLOT(IWMDRMSecurity, 5, HRESULT, EndGetEvent,
    (SELF_(IWMDRMSecurity) IMFAsyncResult *, IMFMediaEvent **),
    (object, NULL, NULL))
SLOT(IWMDRMSecurity, 6, HRESULT, QueueEvent,
    (SELF_(IWMDRMSecurity) MediaEventType, REFGUID, HRESULT, const PROPVARIANT *),
    (object, 0, NULL, 0, NULL))
SLOT(IWMDRMSecurity, 7, HRESULT, CancelAsyncOperation, (SELF_(IWMDRMSecurity) IUnknown *), (object, NULL))
SLOT(IWMDRMSecurity, 8, HRESULT, Shutdown, (SELF(IWMDRMSecurity)), (object))
SLOT(IWMDRMSecurity, 9, HRESULT, GetSecurityVersion, (SELF_(IWMDRMSecurity) BSTR *), (object, NULL))
SLOT(IWMDRMSecurity, 10, HRESULT, GetMachineCertificate,
    (SELF_(IWMDRMSecurity) DWORD, BYTE *, BYTE **, DWORD *),
    (object, 0, NULL, NULL, NULL))
SLOT(IWMDRMSecurity, 11, HRESULT, PerformSecurityUpdate,
    (SELF_(IWMDRMSecurity) DWORD, IUnknown **),
    (object, 0, NULL))
SLOT(IWMDRMSecurity, 12, HRESULT, SetRevocationData,
    (SELF_(IWMDRMSecurity) REFGUID, BYTE *, DWORD),
    (object, NULL, NULL, 0))
SLOT(IWMDRMSecurity, 13, HRESULT, GetRevocationData,
    (SELF_(IWMDRMSecurity) REFGUID, BYTE *, DWORD *),
    (object, NULL, NULL, NULL))
SLOT(IWMDRMSecurity, 14, HRESULT, GetRevocationDataVersion,
    (SELF_(IWMDRMSecurity) REFGUID, ULONGLONG *),
    (object, NULL, NULL))
SLOT(IWMDRMSecurity, 15, HRESULT, CheckCertForRevocation,
    (SELF_(IWMDRMSecurity) REFGUID, BYTE *, DWORD, BOOL *),
    (object, NULL, NULL, 0, NULL))
SLOT(IWMDRMSecurity, 16, HRESULT, GetContentEnablersForRevocations,
    (SELF_(IWMDRMSecurity) BYTE **, DWORD *, GUID **, DWORD, HRESULT, IMFContentEnabler **, DWORD *),
    (object, NULL, NULL, NULL, 0, 0, NULL, NULL))
SLOT(IWMDRMSecurity, 17, HRESULT, GetContentEnablersFromHashes,
    (SELF_(IWMDRMSecurity) BSTR *, DWORD, HRESULT, IMFContentEnabler **, DWORD *),
    (object, NULL, 0, 0, NULL, NULL))
END(IWMDRMSecurity)

VTABLE(IWMDRMEncrypt, 4, "c9e0a5f4-dd22-4dc4-b795-88fa91f0516b")
SLOT(IWMDRMEncrypt, 0, HRESULT, QueryInterface, (SELF_(IWMDRMEncrypt) REFIID, void **), (object, NULL, NULL))
SLOT(IWMDRMEncrypt, 1, ULONG, AddRef, (SELF(IWMDRMEncrypt)), (object))
SLOT(IWMDRMEncrypt, 2, ULONG, Release, (SELF(IWMDRMEncrypt)), (object))
SLOT(IWMDRMEncrypt, 3, HRESULT, Encrypt,
    (SELF_(IWMDRMEncrypt) BYTE *, DWORD, WMDRMCryptoData *),
    (object, NULL, 0, NULL))
END(IWMDRMEncrypt)

VTABLE(IWMDRMEncryptScatter, 5, "2662fa39-4c62-481a-956c-7bfcb33c2888")
SLOT(IWMDRMEncryptScatter, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMEncryptScatter) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMEncryptScatter, 1, ULONG, AddRef, (SELF(IWMDRMEncryptScatter)), (object))
SLOT(IWMDRMEncryptScatter, 2, ULONG, Release, (SELF(IWMDRMEncryptScatter)), (object))
SLOT(IWMDRMEncryptScatter, 3, HRESULT, InitEncryptScatter,
    (SELF_(IWMDRMEncryptScatter) DWORD, WMDRM_ENCRYPT_SCATTER_INFO *),
    (object, 0, NULL))
SLOT(IWMDRMEncryptScatter, 4, HRESULT, EncryptScatter,
    (SELF_(IWMDRMEncryptScatter) DWORD, WMDRM_ENCRYPT_SCATTER_BLOCK *, WMDRMCryptoData *, DWORD, BYTE *),
    (object, 0, NULL, NULL, 0, NULL))
END(IWMDRMEncryptScatter)

VTABLE(IWMDRMDecrypt, 4, "c9e0a5f5-dd22-4dc4-b795-88fa91f0516b")
SLOT(IWMDRMDecrypt, 0, HRESULT, QueryInterface, (SELF_(IWMDRMDecrypt) REFIID, void **), (object, NULL, NULL))
SLOT(IWMDRMDecrypt, 1, ULONG, AddRef, (SELF(IWMDRMDecrypt)), (object))
SLOT(IWMDRMDecrypt, 2, ULONG, Release, (SELF(IWMDRMDecrypt)), (object))
SLOT(IWMDRMDecrypt, 3, HRESULT, Decrypt,
    (SELF_(IWMDRMDecrypt) BYTE *, DWORD, WMDRMCryptoData *),
    (object, NULL, 0, NULL))
END(IWMDRMDecrypt)

VTABLE(IWMDRMLicense, 16, "c9e0a5f3-dd22-4dc4-b795-88fa91f0516b")
SLOT(IWMDRMLicense, 0, HRESULT, QueryInterface, (SELF_(IWMDRMLicense) REFIID, void **), (object, NULL, NULL))
SLOT(IWMDRMLicense, 1, ULONG, AddRef, (SELF(IWMDRMLicense)), (object))
SLOT(IWMDRMLicense, 2, ULONG, Release, (SELF(IWMDRMLicense)), (object))
SLOT(IWMDRMLicense, 3, HRESULT, ResetEnumeration, (SELF(IWMDRMLicense)), (object))
SLOT(IWMDRMLicense, 4, HRESULT, GetNext, (SELF(IWMDRMLicense)), (object))
SLOT(IWMDRMLicense, 5, HRESULT, GetLicense,
    (SELF_(IWMDRMLicense) BYTE **, DWORD *, DWORD *),
    (object, NULL, NULL, NULL))
SLOT(IWMDRMLicense, 6, HRESULT, GetLicenseProperty, (SELF_(IWMDRMLicense) BSTR, PROPVARIANT *), (object, NULL, NULL))
SLOT(IWMDRMLicense, 7, HRESULT, CreateDecryptor, (SELF_(IWMDRMLicense) IWMDRMDecrypt **), (object, NULL))
SLOT(IWMDRMLicense, 8, HRESULT, CreateSecureDecryptor,
    (SELF_(IWMDRMLicense) BYTE *, DWORD, DWORD, DWORD, BYTE *, DWORD *, IWMDRMDecrypt **),
    (object, NULL, 0, 0, 0, NULL, NULL, NULL))
SLOT(IWMDRMLicense, 9, HRESULT, CreateEncryptor, (SELF_(IWMDRMLicense) IWMDRMEncrypt **), (object, NULL))
SLOT(IWMDRMLicense, 10, HRESULT, PersistLicense, (SELF(IWMDRMLicense)), (object))
SLOT(IWMDRMLicense, 11, HRESULT, CanPersist, (SELF_(IWMDRMLicense) BOOL *), (object, NULL))
SLOT(IWMDRMLicense, 12, HRESULT, GetAnalogVideoRestrictionLevels,
    (SELF_(IWMDRMLicense) WMDRM_ANALOG_VIDEO_RESTRICTIONS *, DWORD *),
    (object, NULL, NULL))
SLOT(IWMDRMLicense, 13, HRESULT, GetOutputProtectionLevels,
    (SELF_(IWMDRMLicense) WMDRM_OUTPUT_PROTECTION_LEVELS *),
    (object, NULL))
SLOT(IWMDRMLicense, 14, HRESULT, GetInclusionList, (SELF_(IWMDRMLicense) GUID **, DWORD *), (object, NULL, NULL))
SLOT(IWMDRMLicense, 15, HRESULT, GetPolicy, (SELF_(IWMDRMLicense) BYTE **, DWORD *), (object, NULL, NULL))
END(IWMDRMLicense)

VTABLE(IWMDRMLicenseQuery, 6, "20b970df-0a58-4d3c-817c-4e3ccbb253ac")
SLOT(IWMDRMLicenseQuery, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMLicenseQuery) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMLicenseQuery, 1, ULONG, AddRef, (SELF(IWMDRMLicenseQuery)), (object))
SLOT(IWMDRMLicenseQuery, 2, ULONG, Release, (SELF(IWMDRMLicenseQuery)), (object))
SLOT(IWMDRMLicenseQuery, 3, HRESULT, QueryLicenseState,
    (SELF_(IWMDRMLicenseQuery) BSTR, DWORD, BSTR *, DRM_LICENSE_STATE_DATA *),
    (object, NULL, 0, NULL, NULL))
SLOT(IWMDRMLicenseQuery, 4, HRESULT, SetActionAllowedQueryParams,
    (SELF_(IWMDRMLicenseQuery) BOOL, DWORD, BOOL, BSTR),
    (object, 0, 0, 0, NULL))
SLOT(IWMDRMLicenseQuery, 5, HRESULT, QueryActionAllowed,
    (SELF_(IWMDRMLicenseQuery) BSTR, BSTR, DWORD, BSTR *, DWORD *),
    (object, NULL, NULL, 0, NULL, NULL))
END(IWMDRMLicenseQuery)

VTABLE(IWMDRMLicenseManagement, 20, "f4828dc7-8945-4d05-ab05-667ab99d29ee")
SLOT(IWMDRMLicenseManagement, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMLicenseManagement) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMLicenseManagement, 1, ULONG, AddRef, (SELF(IWMDRMLicenseManagement)), (object))
SLOT(IWMDRMLicenseManagement, 2, ULONG, Release, (SELF(IWMDRMLicenseManagement)), (object))
SLOT(IWMDRMLicenseManagement, 3, HRESULT, GetEvent,
    (SELF_(IWMDRMLicenseManagement) DWORD, IMFMediaEvent **),
    (object, 0, NULL))
SLOT(IWMDRMLicenseManagement, 4, HRESULT, BeginGetEvent,
    (SELF_(IWMDRMLicenseManagement) IMFAsyncCallback *, IUnknown *),
    (object, NULL, NULL))
SLOT(IWMDRMLicenseManagement, 5, HRESULT, EndGetEvent,
    (SELF_(IWMDRMLicenseManagement) IMFAsyncResult *, IMFMediaEvent **),
    (object, NULL, NULL))
SLOT(IWMDRMLicenseManagement, 6, HRESULT, QueueEvent,
    (SELF_(IWMDRMLicenseManagement) MediaEventType, REFGUID, HRESULT, const PROPVARIANT *),
    (object, 0, NULL, 0, NULL))
SLOT(IWMDRMLicenseManagement, 7, HRESULT, CancelAsyncOperation,
    (SELF_(IWMDRMLicenseManagement) IUnknown *),
    (object, NULL))
SLOT(IWMDRMLicenseManagement, 8, HRESULT, Shutdown, (SELF(IWMDRMLicenseManagement)), (object))
SLOT(IWMDRMLicenseManagement, 9, HRESULT, CreateLicenseEnumeration,
    (SELF_(IWMDRMLicenseManagement) WMDRM_LICENSE_FILTER *, IWMDRMLicense **),
    (object, NULL, NULL))
SLOT(IWMDRMLicenseManagement, 10, HRESULT, DeleteLicense,
    (SELF_(IWMDRMLicenseManagement) BSTR, DWORD),
    (object, NULL, 0))
SLOT(IWMDRMLicenseManagement, 11, HRESULT, CleanLicenseStore,
    (SELF_(IWMDRMLicenseManagement) DWORD, IUnknown **),
    (object, 0, NULL))
SLOT(IWMDRMLicenseManagement, 12, HRESULT, StoreLicense, (SELF_(IWMDRMLicenseManagement) BSTR), (object, NULL))
SLOT(IWMDRMLicenseManagement, 13, HRESULT, AcquireLicense,
    (SELF_(IWMDRMLicenseManagement) BSTR, BSTR, BSTR, DWORD, IUnknown **),
    (object, NULL, NULL, NULL, 0, NULL))
SLOT(IWMDRMLicenseManagement, 14, HRESULT, MonitorLicenseAcquisition,
    (SELF_(IWMDRMLicenseManagement) BSTR, BSTR, BSTR, IUnknown **),
    (object, NULL, NULL, NULL, NULL))
SLOT(IWMDRMLicenseManagement, 15, HRESULT, BackupLicenses,
    (SELF_(IWMDRMLicenseManagement) BSTR, DWORD, IUnknown **),
    (object, NULL, 0, NULL))
SLOT(IWMDRMLicenseManagement, 16, HRESULT, RestoreLicenses,
    (SELF_(IWMDRMLicenseManagement) BSTR, DWORD, IUnknown **),
    (object, NULL, 0, NULL))
SLOT(IWMDRMLicenseManagement, 17, HRESULT, CreateLicenseRevocationChallenge,
    (SELF_(IWMDRMLicenseManagement) BYTE *, DWORD, BYTE *, DWORD, BYTE **, DWORD *),
    (object, NULL, 0, NULL, 0, NULL, NULL))
SLOT(IWMDRMLicenseManagement, 18, HRESULT, ProcessLicenseRevocationResponse,
    (SELF_(IWMDRMLicenseManagement) BYTE *, DWORD, BYTE **, DWORD *),
    (object, NULL, 0, NULL, NULL))
SLOT(IWMDRMLicenseManagement, 19, HRESULT, ProcessLicenseDeletionMessage,
    (SELF_(IWMDRMLicenseManagement) BSTR),
    (object, NULL))
END(IWMDRMLicenseManagement)

VTABLE(IWMDRMNetReceiver, 13, "f9c074a4-15d6-44c0-8a6d-2446acc109ae")
SLOT(IWMDRMNetReceiver, 0, HRESULT, QueryInterface, (SELF_(IWMDRMNetReceiver) REFIID, void **), (object, NULL, NULL))
SLOT(IWMDRMNetReceiver, 1, ULONG, AddRef, (SELF(IWMDRMNetReceiver)), (object))
SLOT(IWMDRMNetReceiver, 2, ULONG, Release, (SELF(IWMDRMNetReceiver)), (object))
SLOT(IWMDRMNetReceiver, 3, HRESULT, GetEvent, (SELF_(IWMDRMNetReceiver) DWORD, IMFMediaEvent **), (object, 0, NULL))
SLOT(IWMDRMNetReceiver, 4, HRESULT, BeginGetEvent,
    (SELF_(IWMDRMNetReceiver) IMFAsyncCallback *, IUnknown *),
    (object, NULL, NULL))
SLOT(IWMDRMNetReceiver, 5, HRESULT, EndGetEvent,
    (SELF_(IWMDRMNetReceiver) IMFAsyncResult *, IMFMediaEvent **),
    (object, NULL, NULL))
SLOT(IWMDRMNetReceiver, 6, HRESULT, QueueEvent,
    (SELF_(IWMDRMNetReceiver) MediaEventType, REFGUID, HRESULT, const PROPVARIANT *),
    (object, 0, NULL, 0, NULL))
SLOT(IWMDRMNetReceiver, 7, HRESULT, CancelAsyncOperation, (SELF_(IWMDRMNetReceiver) IUnknown *), (object, NULL))
SLOT(IWMDRMNetReceiver, 8, HRESULT, Shutdown, (SELF(IWMDRMNetReceiver)), (object))
SLOT(IWMDRMNetReceiver, 9, HRESULT, GetRegistrationChallenge,
    (SELF_(IWMDRMNetReceiver) BYTE **, DWORD *),
    (object, NULL, NULL))
SLOT(IWMDRMNetReceiver, 10, HRESULT, ProcessRegistrationResponse,
    (SELF_(IWMDRMNetReceiver) BYTE *, DWORD, IUnknown **),
    (object, NULL, 0, NULL))
SLOT(IWMDRMNetReceiver, 11, HRESULT, GetLicenseChallenge,
    (SELF_(IWMDRMNetReceiver) BSTR, BYTE **, DWORD *),
    (object, NULL, NULL, NULL))
SLOT(IWMDRMNetReceiver, 12, HRESULT, ProcessLicenseResponse,
    (SELF_(IWMDRMNetReceiver) BYTE *, DWORD, BYTE **, DWORD *),
    (object, NULL, 0, NULL, NULL))
END(IWMDRMNetReceiver)

VTABLE(IWMDRMNetTransmitter, 6, "f040c12b-4415-4f20-93f0-453eb519a756")
SLOT(IWMDRMNetTransmitter, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMNetTransmitter) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMNetTransmitter, 1, ULONG, AddRef, (SELF(IWMDRMNetTransmitter)), (object))
SLOT(IWMDRMNetTransmitter, 2, ULONG, Release, (SELF(IWMDRMNetTransmitter)), (object))
SLOT(IWMDRMNetTransmitter, 3, HRESULT, SetLicenseChallenge,
    (SELF_(IWMDRMNetTransmitter) BYTE *, DWORD),
    (object, NULL, 0))
SLOT(IWMDRMNetTransmitter, 4, HRESULT, GetRootLicenseResponse,
    (SELF_(IWMDRMNetTransmitter) BSTR, BYTE **, DWORD *),
    (object, NULL, NULL, NULL))
SLOT(IWMDRMNetTransmitter, 5, HRESULT, GetLeafLicenseResponse,
    (SELF_(IWMDRMNetTransmitter) BSTR, WMDRMNET_POLICY *, IWMDRMEncrypt **, BYTE **, DWORD *),
    (object, NULL, NULL, NULL, NULL, NULL))
END(IWMDRMNetTransmitter)

VTABLE(IWMDRMIndividualizationStatus, 4, "7db091bd-db6a-4fa4-bcbf-0783e256c78c")
SLOT(IWMDRMIndividualizationStatus, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMIndividualizationStatus) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMIndividualizationStatus, 1, ULONG, AddRef, (SELF(IWMDRMIndividualizationStatus)), (object))
SLOT(IWMDRMIndividualizationStatus, 2, ULONG, Release, (SELF(IWMDRMIndividualizationStatus)), (object))
SLOT(IWMDRMIndividualizationStatus, 3, HRESULT, GetStatus,
    (SELF_(IWMDRMIndividualizationStatus) WM_INDIVIDUALIZE_STATUS *),
    (object, NULL))
END(IWMDRMIndividualizationStatus)

VTABLE(IWMDRMLicenseBackupRestoreStatus, 4, "f653c5a2-0eb3-4503-9d88-c200552d0d55")
SLOT(IWMDRMLicenseBackupRestoreStatus, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMLicenseBackupRestoreStatus) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMLicenseBackupRestoreStatus, 1, ULONG, AddRef, (SELF(IWMDRMLicenseBackupRestoreStatus)), (object))
SLOT(IWMDRMLicenseBackupRestoreStatus, 2, ULONG, Release, (SELF(IWMDRMLicenseBackupRestoreStatus)), (object))
SLOT(IWMDRMLicenseBackupRestoreStatus, 3, HRESULT, GetStatus,
    (SELF_(IWMDRMLicenseBackupRestoreStatus) WM_BACKUP_RESTORE_STATUS *),
    (object, NULL))
END(IWMDRMLicenseBackupRestoreStatus)

VTABLE(IWMDRMNonSilentLicenseAquisition, 5, "8ae059dd-be6b-481a-863a-59056b50b748")
SLOT(IWMDRMNonSilentLicenseAquisition, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMNonSilentLicenseAquisition) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMNonSilentLicenseAquisition, 1, ULONG, AddRef, (SELF(IWMDRMNonSilentLicenseAquisition)), (object))
SLOT(IWMDRMNonSilentLicenseAquisition, 2, ULONG, Release, (SELF(IWMDRMNonSilentLicenseAquisition)), (object))
SLOT(IWMDRMNonSilentLicenseAquisition, 3, HRESULT, GetURL,
    (SELF_(IWMDRMNonSilentLicenseAquisition) BSTR *),
    (object, NULL))
SLOT(IWMDRMNonSilentLicenseAquisition, 4, HRESULT, GetChallenge,
    (SELF_(IWMDRMNonSilentLicenseAquisition) BSTR *),
    (object, NULL))
END(IWMDRMNonSilentLicenseAquisition)

VTABLE(IWMDRMNetReceiver2, 15, "7b97237f-4b5d-442d-86c7-4f88961af76b")
SLOT(IWMDRMNetReceiver2, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMNetReceiver2) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMNetReceiver2, 1, ULONG, AddRef, (SELF(IWMDRMNetReceiver2)), (object))
SLOT(IWMDRMNetReceiver2, 2, ULONG, Release, (SELF(IWMDRMNetReceiver2)), (object))
SLOT(IWMDRMNetReceiver2, 3, HRESULT, GetEvent, (SELF_(IWMDRMNetReceiver2) DWORD, IMFMediaEvent **), (object, 0, NULL))
SLOT(IWMDRMNetReceiver2, 4, HRESULT, BeginGetEvent,
    (SELF_(IWMDRMNetReceiver2) IMFAsyncCallback *, IUnknown *),
    (object, NULL, NULL))
SLOT(IWMDRMNetReceiver2, 5, HRESULT, EndGetEvent,
    (SELF_(IWMDRMNetReceiver2) IMFAsyncResult *, IMFMediaEvent **),
    (object, NULL, NULL))
SLOT(IWMDRMNetReceiver2, 6, HRESULT, QueueEvent,
    (SELF_(IWMDRMNetReceiver2) MediaEventType, REFGUID, HRESULT, const PROPVARIANT *),
    (object, 0, NULL, 0, NULL))
SLOT(IWMDRMNetReceiver2, 7, HRESULT, CancelAsyncOperation, (SELF_(IWMDRMNetReceiver2) IUnknown *), (object, NULL))
SLOT(IWMDRMNetReceiver2, 8, HRESULT, Shutdown, (SELF(IWMDRMNetReceiver2)), (object))
SLOT(IWMDRMNetReceiver2, 9, HRESULT, GetRegistrationChallenge,
    (SELF_(IWMDRMNetReceiver2) BYTE **, DWORD *),
    (object, NULL, NULL))
SLOT(IWMDRMNetReceiver2, 10, HRESULT, ProcessRegistrationResponse,
    (SELF_(IWMDRMNetReceiver2) BYTE *, DWORD, IUnknown **),
    (object, NULL, 0, NULL))
SLOT(IWMDRMNetReceiver2, 11, HRESULT, GetLicenseChallenge,
    (SELF_(IWMDRMNetReceiver2) BSTR, BYTE **, DWORD *),
    (object, NULL, NULL, NULL))
SLOT(IWMDRMNetReceiver2, 12, HRESULT, ProcessLicenseResponse,
    (SELF_(IWMDRMNetReceiver2) BYTE *, DWORD, BYTE **, DWORD *),
    (object, NULL, 0, NULL, NULL))
SLOT(IWMDRMNetReceiver2, 13, HRESULT, ProcessRegistrationResponseEx,
    (SELF_(IWMDRMNetReceiver2) BYTE *, DWORD, DWORD, IUnknown **),
    (object, NULL, 0, 0, NULL))
SLOT(IWMDRMNetReceiver2, 14, HRESULT, ProcessLicenseUpdate,
    (SELF_(IWMDRMNetReceiver2) BYTE *, DWORD, IWMDRMLicense **),
    (object, NULL, 0, NULL))
END(IWMDRMNetReceiver2)

VTABLE(IWMDRMNetTransmitter2, 7, "26bcb422-30c0-48b4-a641-d9fb1e656265")
SLOT(IWMDRMNetTransmitter2, 0, HRESULT, QueryInterface,
    (SELF_(IWMDRMNetTransmitter2) REFIID, void **),
    (object, NULL, NULL))
SLOT(IWMDRMNetTransmitter2, 1, ULONG, AddRef, (SELF(IWMDRMNetTransmitter2)), (object))
SLOT(IWMDRMNetTransmitter2, 2, ULONG, Release, (SELF(IWMDRMNetTransmitter2)), (object))
SLOT(IWMDRMNetTransmitter2, 3, HRESULT, SetLicenseChallenge,
    (SELF_(IWMDRMNetTransmitter2) BYTE *, DWORD),
    (object, NULL, 0))
SLOT(IWMDRMNetTransmitter2, 4, HRESULT, GetRootLicenseResponse,
    (SELF_(IWMDRMNetTransmitter2) BSTR, BYTE **, DWORD *),
    (object, NULL, NULL, NULL))
SLOT(IWMDRMNetTransmitter2, 5, HRESULT, GetLeafLicenseResponse,
    (SELF_(IWMDRMNetTransmitter2) BSTR, WMDRMNET_POLICY *, IWMDRMEncrypt **, BYTE **, DWORD *),
    (object, NULL, NULL, NULL, NULL, NULL))
SLOT(IWMDRMNetTransmitter2, 6, HRESULT, GetSimpleLicenseResponse,
    (SELF_(IWMDRMNetTransmitter2) BSTR, WMDRMNET_POLICY *, IWMDRMEncrypt **, BYTE **, DWORD *),
    (object, NULL, NULL, NULL, NULL, NULL))
END(IWMDRMNetTransmitter2)

#undef SLOT
#undef VTABLE
#undef END
