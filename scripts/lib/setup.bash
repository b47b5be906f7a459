# What the scripts share: the machine's packages, the toolchain, and a build that two processes may ask for at once.
# Sourced, with `root` set to the repository's folder.

say() { printf '%s\n' "$*" >&2; }

give_up() {
  say "error: $*"
  exit 1
}

# Installs the system libraries that are missing, and the packages that are named. Elsewhere than on Debian and Ubuntu, the compiler has
# the last word.
install_packages() {
  command -v dpkg-query >/dev/null || return 0
  local needed=(libsqlite3-dev "$@") missing=() package as_root=()
  for package in "${needed[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      give_up "missing packages; ask an administrator for: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing ${missing[*]}"
  "${as_root[@]}" apt-get update -q >&2 || give_up "apt-get update failed; without a network, install by hand: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >&2 ||
    give_up "apt-get could not install ${missing[*]}"
}

# Runs a command during which packages that are installed start no services; for root.
without_services() (
  policy=/usr/sbin/policy-rc.d kept=
  if [[ -e $policy ]]; then
    kept=$(mktemp "$policy.XXXXXX")
    mv "$policy" "$kept"
  fi
  trap 'rm -f "$policy"; [[ -z $kept ]] || mv "$kept" "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '%s\n' '#!/bin/sh' 'exit 101' >"$policy"
  chmod 755 "$policy"
  "$@"
)

# Stops unless Swift 6.2 or newer is on the path.
check_swift() {
  command -v swift >/dev/null || give_up "no swift on the path; Swift 6.2 or newer: https://www.swift.org/install/linux"
  local found
  found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  [[ $found =~ ^([0-9]+)\.([0-9]+)$ ]] || give_up "swift --version did not name its version; Swift 6.2 or newer is needed"
  ((BASH_REMATCH[1] > 6 || (BASH_REMATCH[1] == 6 && BASH_REMATCH[2] >= 2))) ||
    give_up "found Swift $found; 6.2 or newer is needed: https://www.swift.org/install/linux"
}

# What the numeric loops are compiled for; code for one CPU need not run on another.
target_cpu() {
  if [[ ${RUN_HYPER_CPU:-native} == native ]]; then
    printf 'native %s\n' "$(grep -m 1 '^flags' /proc/cpuinfo 2>/dev/null | cksum)"
  else
    printf '%s\n' "$RUN_HYPER_CPU"
  fi
}

# Whether the program stands there, newer than all it is made of, for this CPU.
is_built() {
  local stamp=$root/.build/run-hyper.built
  [[ -x $binary && -f $stamp && $(<"$stamp") == "$(target_cpu)" ]] &&
    [[ -z $(find "$root/Package.swift" "$root/Sources" -newer "$stamp" -print -quit) ]]
}

# Builds the program in release, unless that is done. One process builds; others wait for it.
build_program() {
  binary=$root/.build/release/run-hyper
  is_built && return
  mkdir -p "$root/.build"
  {
    flock 9
    is_built && return
    install_packages 9>&-
    check_swift
    say "Building run-hyper (a few minutes the first time)"
    local started=$root/.build/run-hyper.building
    target_cpu >"$started"
    (cd "$root" && swift build -c release --product run-hyper) >&2 9>&- || give_up "the build failed"
    # The stamp has the time before the build, so that what was edited meanwhile is built next time.
    mv "$started" "$root/.build/run-hyper.built"
  } 9>"$root/.build/run-hyper.lock"
}

# Builds the benchmarks in release.
build_benchmarks() {
  install_packages
  check_swift
  (cd "$root" && swift build -c release --product Benchmarks) >&2 || give_up "the build failed"
}
