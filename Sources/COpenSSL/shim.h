// libcrypto: SHA-256 of list texts (EVP) and nothing else yet.
#include <openssl/evp.h>
