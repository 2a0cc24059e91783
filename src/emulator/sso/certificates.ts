// Certificates of invented identity providers, made once with openssl and fixed since then: what a reader finds in them
// must not depend on the day of a build. Their keys were thrown away.

/** Ends with the year 2099. */
export const validCertificate = `-----BEGIN CERTIFICATE-----
MIIBUTCB+AIJAKLsvqy6t6uiMAoGCCqGSM49BAMCMDAxEDAOBgNVBAoMB0luaXRl
Y2gxHDAaBgNVBAMME2lkcC5pbml0ZWNoLmV4YW1wbGUwIBcNMjQwMTAxMDAwMDAw
WhgPMjA5OTEyMzEyMzU5NTlaMDAxEDAOBgNVBAoMB0luaXRlY2gxHDAaBgNVBAMM
E2lkcC5pbml0ZWNoLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARJ
HEC6VC4LOBSDDLDDPIvpfBmSrPQfggrwA+YYMUh30ciOB7/E5cXcclNbGifaie2O
U/TTFavu1mNYYJpNLFvHMAoGCCqGSM49BAMCA0gAMEUCIB1gjsPKXDQ7u4j5HAeK
pZ8doej7EasJc8TqgpXnmA9VAiEAgJCeAwG+7KOSz+54Z3nbs1OAuiVWvXxoY3hp
WtnB3Fk=
-----END CERTIFICATE-----
`;

/** Ended in March 2022. */
export const expiredCertificate = `-----BEGIN CERTIFICATE-----
MIIBWDCB/gIJALQcs4tmuFCSMAoGCCqGSM49BAMCMDQxEDAOBgNVBAoMB0luaXRl
Y2gxIDAeBgNVBAMMF29sZC1pZHAuaW5pdGVjaC5leGFtcGxlMB4XDTE5MDMwMTAw
MDAwMFoXDTIyMDMwMTAwMDAwMFowNDEQMA4GA1UECgwHSW5pdGVjaDEgMB4GA1UE
AwwXb2xkLWlkcC5pbml0ZWNoLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAAR2I/natoPkN3k67CVYY7UbY0rfHSbJd12mtXjYTXK2mQYL5kDoq2Pyn/Ir
75CRe5B79XD+AMCcjXZcnjFSoiesMAoGCCqGSM49BAMCA0kAMEYCIQCMtLkuIbI5
Ed51l/YVnPbsC/rfzAevSBUPOyFPQus4MwIhANVLHojbnufUWokISKnH5WUnWR88
ZZHwdrmqUvtWJEms
-----END CERTIFICATE-----
`;

/** Ended in June 2023. */
export const expiredFoodsCertificate = `-----BEGIN CERTIFICATE-----
MIIBcDCCARYCCQCaS85eco+DTjAKBggqhkjOPQQDAjBAMRgwFgYDVQQKDA9Ob3J0
aHdpbmQgRm9vZHMxJDAiBgNVBAMMG2lkcC5mb29kcy5ub3J0aHdpbmQuZXhhbXBs
ZTAeFw0yMDA2MDEwMDAwMDBaFw0yMzA2MDEwMDAwMDBaMEAxGDAWBgNVBAoMD05v
cnRod2luZCBGb29kczEkMCIGA1UEAwwbaWRwLmZvb2RzLm5vcnRod2luZC5leGFt
cGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERO9z1cCfMoGvmxUjQuky2ZQG
qmJUi8XTlgUsZS+ryZkgr72LRMS/J66nOp9aeq6Z+ug6vCjGaE8ihFcIqHUl+jAK
BggqhkjOPQQDAgNIADBFAiEAhg6jyHMm4ZzADANTcd6MIbiZFVuoyU4cRuH9pQr2
pkgCIH9IweME0BcLLywoBWkLPyE0Wc+r7owsCJkLf9ZKcwk/
-----END CERTIFICATE-----
`;

/** What the service itself signs with: it is there before anything is set up. */
export const serviceCertificate = `-----BEGIN CERTIFICATE-----
MIIBVTCB/QIIUdjnrPMTROEwCgYIKoZIzj0EAwIwMzERMA8GA1UECgwIRW11bGF0
b3IxHjAcBgNVBAMMFXNhbWwuZW11bGF0b3IuaW52YWxpZDAgFw0yMjAxMDEwMDAw
MDBaGA8yMDk5MTIzMTIzNTk1OVowMzERMA8GA1UECgwIRW11bGF0b3IxHjAcBgNV
BAMMFXNhbWwuZW11bGF0b3IuaW52YWxpZDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABE1rDKEM41dyKJIMTXBGkFRFA5PGRd90K764GsZQaEEr6FgLE3lAY9is/NPa
2Gem84BkzWP0yVbn+L7Int9JC4IwCgYIKoZIzj0EAwIDRwAwRAIgOeyYRddeuY8u
YmemQp4PbiuMIMMWlzrTp1K1+a8p/6MCIFVaGLH+HQLg0cnUza3mG3207rZ52Adn
epij9EQidkZm
-----END CERTIFICATE-----
`;

/** Stored as it was typed in, which the service does not check. */
export const unparseableCertificate = 'cert';
