"""Hosts of this machine: namespaces with a network, a host name and a boot id of their own, on one switch. For root on Linux."""
import os
import shutil
import subprocess
import uuid

# Children that end with this process, however it ends.
TIED = ["setpriv", "--pdeathsig=KILL"]


def obstacle():
    """Why no hosts can be made here, or None."""
    if os.geteuid() != 0:
        return "hosts of one's own take root"
    for program in ("ip", "nsenter", "setpriv", "unshare"):
        if not shutil.which(program):
            return f"found no {program}; install iproute2 and util-linux"
    probe = subprocess.run(
        ["unshare", "--net", "--uts", "--mount", "ip", "link", "add", "one", "type", "veth", "peer", "name", "other"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return None if probe.returncode == 0 else f"cannot make a host's network here: {probe.stdout.strip()}"


class Host:
    """A host that exists as long as this process does, without a name anywhere else."""

    def __init__(self, name, place, disk=None):
        """`disk` makes a folder a file system of this host: its path, and the options of a tmpfs."""
        self.name = name
        boot = os.path.join(place, f"boot-{name}")
        with open(boot, "w") as file:
            file.write(f"{uuid.uuid4()}\n")
        script = """
            echo "$0" >/proc/sys/kernel/hostname && mount --bind "$1" /proc/sys/kernel/random/boot_id || exit
            [ -z "$2" ] || mount -t tmpfs -o "$3" tmpfs "$2" || exit
            echo ready
            exec cat"""
        # It waits for input that never comes, and ends with it.
        self.holder = subprocess.Popen(
            [*TIED, "unshare", "--net", "--uts", "--mount", "sh", "-c", script, name, boot, *(disk or ("", ""))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "ready\n":
            raise SystemExit(f"error: cannot make the host {name}")
        self.inside = ["nsenter", f"--target={self.holder.pid}", "--net", "--uts", "--mount"]

    def path(self, path):
        """Where a path of this host is, seen from outside."""
        return f"/proc/{self.holder.pid}/root{path}"

    def ip(self, *words):
        subprocess.run([*self.inside, "ip", *words], check=True)

    def remove(self):
        self.holder.kill()
        self.holder.wait()


class Switch(Host):
    """What the hosts are plugged into."""

    def __init__(self, place):
        super().__init__("switch", place)
        self.ip("link", "add", "switch", "type", "bridge")
        self.ip("link", "set", "switch", "up")
        self.count = 0

    def plug(self, host):
        """Gives a host a cable and an address."""
        self.count += 1
        host.switch, host.port, host.address = self, f"port{self.count}", f"10.99.0.{self.count}"
        self.ip("link", "add", host.port, "type", "veth", "peer", "name", "eth0", "netns", f"{host.holder.pid}")
        self.ip("link", "set", host.port, "master", "switch", "up")
        host.ip("address", "add", f"{host.address}/24", "dev", "eth0")
        host.ip("link", "set", "lo", "up")
        host.ip("link", "set", "eth0", "up")

    @staticmethod
    def turn(host, direction, end):
        """Cuts a host's link (`down`) or mends it (`up`), at one of its ends."""
        if end == "host":
            host.ip("link", "set", "eth0", direction)
        else:
            host.switch.ip("link", "set", host.port, direction)
