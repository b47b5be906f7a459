# The steps of scripts/package. Sourced after setup.bash, with `root` set to the repository's folder.

# The CPU that a package is for.
packaged_cpu() {
  local cpu=${RUN_HYPER_CPU:-}
  if [[ -z $cpu ]]; then
    case $(uname -m) in
      x86_64) cpu=x86-64-v3 ;;
      aarch64) cpu=armv8.2-a ;;
      *) give_up "found a machine of type $(uname -m); say which CPU the package is for (RUN_HYPER_CPU)" ;;
    esac
  fi
  # It becomes part of a file's name.
  [[ $cpu =~ ^[A-Za-z0-9][A-Za-z0-9.+_-]*$ ]] || give_up "RUN_HYPER_CPU: found '$cpu'; expected a CPU, such as x86-64-v3"
  printf '%s\n' "$cpu"
}

# Builds the program with Swift's libraries and SQLite inside, for CPU $1, and sets `binary`. Symbols stay in it.
build_packaged_program() {
  install_packages binutils
  check_swift
  local folder=$root/.build-package sqlite
  sqlite=$(cc_file libsqlite3.a)
  [[ -n $sqlite ]] || give_up "found no libsqlite3.a; install SQLite's static library (on Debian: libsqlite3-dev)"
  # A folder that has the static library only, in front of the system's: there, the linker would prefer the shared one.
  mkdir -p "$folder/static"
  ln -sfn "$sqlite" "$folder/static/libsqlite3.a"
  (cd "$root" && RUN_HYPER_CPU=$1 swift build -c release --product run-hyper --scratch-path "$folder" --static-swift-stdlib \
    -Xswiftc "-L$folder/static") >&2 || give_up "the build failed"
  binary=$folder/release/run-hyper
}

# The path of a library as the compiler finds it, or nothing.
cc_file() {
  local compiler=clang path
  command -v clang >/dev/null || compiler=cc
  path=$("$compiler" "-print-file-name=$1")
  [[ $path == "$1" ]] || readlink -f -- "$path"
}

# Stops unless program $1 needs no other libraries than those of C and C++.
check_libraries() {
  local library
  for library in $(objdump -p "$1" | sed -n 's/^ *NEEDED *//p'); do
    case $library in
      libc.so.6 | libm.so.6 | libdl.so.2 | librt.so.1 | libpthread.so.0 | libgcc_s.so.1 | libstdc++.so.6 | ld-linux*) ;;
      *) give_up "$1 needs $library; expected the C and C++ libraries only" ;;
    esac
  done
}

# The newest versions of the C and C++ libraries' symbols that program $1 uses.
needed_versions() {
  local name
  for name in GLIBC GLIBCXX CXXABI GCC; do
    objdump -T "$1" | sed -n "s/.*(\(${name}_[0-9.]*\)).*/\1/p" | sort -uV | tail -n 1
  done | paste -s -d ' '
}

# The name of a package of program $1 for CPU $2, which is that of its folder as well.
package_name() {
  local version machine=
  version=$("$1" --version)
  # Clang's other names, such as znver4 or native, do not tell the architecture.
  case $2 in x86-64* | armv*) ;; *) machine=$(uname -m)- ;; esac
  printf 'run-hyper-%s-linux-%s%s\n' "$version" "$machine" "$2"
}

megabytes() { printf '%s\n' "$((($1 + 500000) / 1000000))"; }

# Packs program $1 for CPU $2, with the licenses of the packages whose sources are in folder $3, into archive $4.
make_archive() {
  local binary=$1 cpu=$2 checkouts=$3 archive=$4 name place time
  name=$(package_name "$binary" "$cpu")
  place=$(mktemp -d)
  fill_package "$binary" "$cpu" "$checkouts" "$place/$name"
  # The same build gives the same bytes: in order, of nobody, and with one time.
  time=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}
  tar -C "$place" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$time" --mode=u=rwX,go=rX --format=gnu -cf - "$name" |
    gzip -9n >"$archive.part"
  mv -- "$archive.part" "$archive"
  rm -r -- "$place"
}

# Writes the contents of a package to folder $4; the rest as for `make_archive`.
fill_package() {
  local binary=$1 cpu=$2 checkouts=$3 folder=$4 document
  mkdir -p "$folder/lib" "$folder/scripts" "$folder/datasets"
  strip -o "$folder/lib/run-hyper" "$binary"
  cp "$root/scripts/lib/packaged-run-hyper" "$folder/run-hyper"
  # The commands of the documents run as they stand.
  ln -s ../run-hyper "$folder/scripts/run-hyper"
  for document in README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE hyper.test hyper-fast.test docs; do
    cp -R "$root/$document" "$folder/$document"
  done
  cp -R "$root/datasets/grocery" "$folder/datasets/grocery"
  write_shared_files "$binary" "$folder/share"
  collect_licenses "$checkouts" "$folder/licenses"
  describe_package "$binary" "$cpu" "$folder/licenses" "$checkouts" >"$folder/PACKAGE.md"
}

# Writes what shells and man read of program $1 to folder $2, which is laid out like /usr/share.
write_shared_files() {
  local binary=$1 folder=$2
  mkdir -p "$folder/bash-completion/completions" "$folder/zsh/site-functions" "$folder/fish/vendor_completions.d" "$folder/man/man1"
  "$binary" completion bash >"$folder/bash-completion/completions/run-hyper"
  "$binary" completion zsh >"$folder/zsh/site-functions/_run-hyper"
  "$binary" completion fish >"$folder/fish/vendor_completions.d/run-hyper.fish"
  "$binary" manual >"$folder/man/man1/run-hyper.1"
}

# Copies the licenses of all that is inside the program to folder $2: a folder for each part, named as the part.
collect_licenses() {
  local checkouts=$1 folder=$2 part name file toolchain
  toolchain=$(swift -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)\/lib\/swift[^"]*".*/\1/p')
  mkdir -p "$folder/Swift" "$folder/ICU" "$folder/LibYAML"
  cp "$toolchain/share/swift/LICENSE.txt" "$folder/Swift/LICENSE.txt"
  # Parts of Foundation and of Yams that come without a text of their own.
  cp "$root/scripts/lib/licenses/ICU.txt" "$folder/ICU/LICENSE.txt"
  cp "$root/scripts/lib/licenses/LibYAML.txt" "$folder/LibYAML/LICENSE.txt"
  for part in "$checkouts"/*; do
    name=${part##*/}
    mkdir -p "$folder/$name"
    for file in "$part"/LICENSE* "$part"/NOTICE*; do
      [[ ! -f $file ]] || cp "$file" "$folder/$name/"
    done
    [[ -n $(ls "$folder/$name") ]] || give_up "$part: found no LICENSE"
  done
}

# What a package of program $1 for CPU $2 says about itself, with the licenses in folder $3 and the sources in folder $4.
describe_package() {
  local commit
  commit=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
  [[ -z $(git -C "$root" status --porcelain --untracked-files=no 2>/dev/null) ]] || commit="$commit, with changes"
  cat <<EOT
# $(package_name "$1" "$2")

    ./run-hyper --params_file=hyper.test

Swift is not needed here. The program can be called from any folder, also through a symbolic link; what it writes goes to the folder where
you are. [README.md](README.md) describes it: \`scripts/run-hyper\` there is the same as \`./run-hyper\`. Other scripts are not in this
package.

\`share\` has completion for bash, zsh and fish, and a man page (\`man -l share/man/man1/run-hyper.1\`). With the program on the path, such
as by \`ln -s "\$PWD/run-hyper" ~/.local/bin/run-hyper\`, shells and man find them after \`cp -R share ~/.local/\`; fish, and bash with the
package bash-completion, at once, zsh with \`fpath+=~/.local/share/zsh/site-functions\` before \`compinit\` in \`~/.zshrc\`.

| | |
| --- | --- |
| CPU | $2 |
| system | $(uname -s), $(uname -m); C and C++ libraries with $(needed_versions "$1") |
| for studies on a PostgreSQL server | \`libpq.so.5\`, on Debian the package \`libpq5\` |
| commit | $commit |

## Inside the program

| part | version | license |
| --- | --- | --- |
$(list_parts "$3" "$4")
| SQLite | $(sqlite_version) | [public domain](https://sqlite.org/copyright.html) |

Swift is its standard library, Foundation and Dispatch. BoringSSL is part of swift-crypto and has the same license (Apache 2.0).
EOT
}

sqlite_version() {
  local header
  header=$(find /usr/include /usr/local/include -name sqlite3.h -print -quit 2>/dev/null)
  [[ -z $header ]] || sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"/\1/p' "$header"
}

# A row for each folder of licenses $1; versions are those of the sources in folder $2.
list_parts() {
  local part name file version links
  for part in "$1"/*; do
    name=${part##*/} links=
    case $name in
      Swift) version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1) ;;
      ICU) version="in Swift" ;;
      LibYAML) version="in Yams" ;;
      *) version=$(git -C "$2/$name" describe --tags --always) ;;
    esac
    for file in "$part"/*; do links="$links [${file##*/}](licenses/$name/${file##*/})"; done
    printf '| %s | %s |%s |\n' "$name" "$version" "$links"
  done
}
