// libcrypto: SHA-256 of list texts and of access tokens (EVP) and nothing else yet.
#include <openssl/evp.h>
