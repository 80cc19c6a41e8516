// libidn2: IDNA2008 and UTS #46, for lint and fmt. The proxy itself never maps a name.
#include <idn2.h>
