# What scripts/run and scripts/test share. It is sourced, not run.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
fail() { say "$*"; exit 1; }

# Installs those of the given Debian packages that dpkg does not have. Nothing is done when none is
# missing, so that a second run needs neither root nor the network.
install_missing() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
      missing+=("$package")
  done
  [ "${#missing[@]}" -eq 0 ] && return 0
  command -v apt-get >/dev/null ||
    fail "this is not Debian: install what corresponds to: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "missing: ${missing[*]}. Run as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
    fail "apt-get update failed: check the network and /etc/apt/sources.list*, then run this again"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install ${missing[*]}: read its message above, then run this again"
}

# Fails unless a Swift of at least 6.3 is in the PATH.
need_swift() {
  local version
  command -v swift >/dev/null ||
    fail "no swift in PATH: install Swift 6.3 from https://www.swift.org/install/linux/ and put its usr/bin into PATH"
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  [ "$(printf '6.3\n%s\n' "${version:-0}" | sort -V | head -n 1)" = 6.3 ] ||
    fail "Swift 6.3 or later is needed, this is ${version:-unknown}: https://www.swift.org/install/linux/"
}

# What compiling needs; the proxy itself needs only the libraries of the first two lines.
build_packages=(
  libc-ares-dev libssl-dev libpsl-dev libidn2-dev libyaml-dev
  zlib1g-dev libzstd-dev
  pkg-config git ca-certificates libc6-dev libstdc++-12-dev binutils
)

# Builds the release binary and sets `binary` to its path.
build_release() {
  say "building the release binary (the first time takes a few minutes)"
  swift build -c release --static-swift-stdlib --product sluice >&2 ||
    fail "the build failed: read the first error above; \`swift package clean\` and run this again if it names a stale module"
  binary=$(swift build -c release --static-swift-stdlib --product sluice --show-bin-path)/sluice
}
