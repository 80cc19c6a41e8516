// c-ares: asynchronous DNS. One header, so that one module map covers it.
#include <ares.h>
