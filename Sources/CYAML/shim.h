// libyaml: the events of a YAML text, for the configuration file.
#include <yaml.h>
