# The environment of the programs that run-hyper is compared with: RecBole 1.2.1 on PyTorch. Sourced after setup.bash.

peers=${RUN_HYPER_PEERS:-$HOME/.cache/run-hyper-peers}
venv=$peers/venv

# What RecBole 1.2.1 trains with. Its own list of requirements is left aside: it has tuners and a cluster runtime that no training
# loads and that newer Pythons have no builds of. It uses names that numpy 2 took away, so numpy and its users are of that time.
pinned=(numpy==1.26.4 pandas==2.2.3 scipy==1.13.1 'setuptools<81' torch==2.13.0 colorlog==4.7.2 colorama==0.4.4)
other=(scikit-learn pyyaml tqdm texttable tensorboard psutil tabulate)

is_ready() {
  [[ -x $venv/bin/python ]] && "$venv/bin/python" - >/dev/null 2>&1 <<'CHECK'
import numpy, pandas, scipy, torch
from importlib.metadata import version
import recbole.config, recbole.data, recbole.utils
assert version("recbole") == "1.2.1" and torch.__version__.split("+")[0] == "2.13.0" and numpy.__version__ < "2"
CHECK
}

# A Python that numpy 1.26 and PyTorch 2.13 have builds for.
find_python() {
  local name
  for name in python3.11 python3.12 python3.10 python3; do
    command -v "$name" >/dev/null &&
      "$name" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null &&
      printf '%s\n' "$name" && return
  done
  give_up "no Python 3.10, 3.11 or 3.12 with venv on the path; PyTorch 2.13 with numpy 1.26 needs one"
}

make_environment() {
  is_ready && return
  local python
  python=$(find_python)
  say "Setting up RecBole 1.2.1 and PyTorch 2.13.0 in $venv (a few minutes)"
  mkdir -p "$peers"
  "$python" -m venv "$venv" ||
    give_up "$venv: found no way to make a virtual environment; on Debian: apt-get install python3-venv"
  local install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
  # The builds for CPUs are on an index of PyTorch's own; without it, the ordinary index has larger ones that do as well.
  "${install[@]}" --retries 1 --timeout 20 --index-url https://download.pytorch.org/whl/cpu torch==2.13.0 2>/dev/null ||
    say "PyTorch's own index is out of reach; trying the ordinary one"
  if ! { "${install[@]}" "${pinned[@]}" "${other[@]}" && "${install[@]}" --no-deps recbole==1.2.1; }; then
    give_up "pip could not install the peer. Without a network: on a machine with one, 'pip download ${pinned[*]} ${other[*]}'" \
      "and 'pip download --no-deps recbole==1.2.1' into a folder; then run this again with PIP_NO_INDEX=1 PIP_FIND_LINKS=that folder"
  fi
  is_ready || give_up "$venv: found an environment that does not run RecBole 1.2.1; remove it and run this again"
}

# Adds packages to the environment, unless Python finds module $1; the packages are named after it.
add_packages() {
  local module=$1
  shift
  "$venv/bin/python" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$module') is None)" && return
  say "Adding $* to $venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy==1.26.4 "$@" || give_up "pip could not install $* into $venv"
}
