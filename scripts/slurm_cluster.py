#!/usr/bin/env python3
"""A throw-away Slurm cluster for the tests and scripts, as root.

slurm_cluster.py [--hosts] [--check]

Starts a controller and three nodes, and stops them when its input ends. It prints a line of JSON when they are ready: the path of
slurm.conf, the words before a command that is to run where jobs are submitted, and the server. Then it reads commands, one a line, and
answers each with a line:

  die NODE            the node loses its link and all its processes at once
  cut NODE            its link is cut, and all its processes go on
  mend NODE           its link works again
  freeze NODE         its slurmd stands still, so that nobody there learns what became of its jobs
  recover NODE        its link works again, and a new slurmd starts

Without --hosts, all nodes are on this host and use its loopback interface; then a node has no link of its own, and there is no server.
With it, each is a host of its own (see hosts.py), and so is that where the controller and a PostgreSQL server run.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from hosts import TIED, Host, Switch
from hosts import obstacle as host_obstacle

NODES = ["n1", "n2", "n3"]

CONFIGURATION = """
ClusterName=test
SlurmctldHost={controller}({address})
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/run/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/%n.pid
SlurmctldLogFile={folder}/log/slurmctld
SlurmdLogFile={folder}/log/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU,CR_LLN
SlurmdParameters=config_overrides
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
ReturnToService=2
SlurmdTimeout={node_timeout}
KillWait=5
MinJobAge=300
{nodes}
PartitionName=work Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=5
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
"""

# Programs of Slurm, of which Debian keeps the daemons where only root looks.
PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "scancel", "scontrol", "sinfo", "squeue"]


def obstacle(on_hosts=False):
    """Why no cluster can be started here, or None."""
    if os.geteuid() != 0:
        return "nodes of one's own take root"
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program in [*PROGRAMS, "setpriv"]:
        if not shutil.which(program):
            return f"found no {program}; install slurm-wlm, munge and util-linux"
    if on_hosts:
        from postgresql_server import server_programs

        return host_obstacle() or (None if server_programs() else "found no PostgreSQL server; install postgresql")
    return None


class Node:
    """A machine of the cluster: this one, or a host of its own."""

    def __init__(self, name, port, host=None):
        self.name, self.port, self.host = name, port, host
        self.address = host.address if host else "127.0.0.1"
        self.inside = host.inside if host else []
        self.daemon = None


class Cluster:
    """Munge, a controller and nodes in a folder of their own."""

    def __init__(self, on_hosts=False):
        # The path of a socket has at most 107 bytes.
        self.folder = tempfile.mkdtemp(prefix="slurm-", dir="/tmp")
        self.configuration = os.path.join(self.folder, "slurm.conf")
        self.environment = {**os.environ, "SLURM_CONF": self.configuration}
        self.hosts, self.server, self.daemons = [], None, []
        try:
            self.start(on_hosts)
        except BaseException:
            self.stop()
            raise

    def start(self, on_hosts):
        for name in ("log", "run", "state", "spool", "server"):
            os.makedirs(os.path.join(self.folder, name))
        # A job of any user reads slurm.conf and speaks to munge.
        os.chmod(self.folder, 0o755)
        if on_hosts:
            self.make_hosts()
        ports = free_ports(len(NODES) + 1)
        hosts = self.hosts[2:] if on_hosts else [None] * len(NODES)
        self.nodes = {name: Node(name, port, host) for name, port, host in zip(NODES, ports[1:], hosts)}
        self.inside = self.hosts[1].inside if on_hosts else []
        self.write_configuration(self.hosts[1] if on_hosts else None, ports[0])
        self.start_munge()
        self.daemons.append(self.spawn("slurmctld", self.inside, ["slurmctld", "-D", "-c", "-f", self.configuration]))
        for node in self.nodes.values():
            self.start_node(node)
        self.wait("the nodes are ready", lambda: set(self.states().values()) == {"idle"})

    def make_hosts(self):
        from host_server import HostServer

        self.hosts.append(Switch(self.folder))
        for name in ("login", *NODES):
            self.hosts.append(Host(name, self.folder))
            self.hosts[0].plug(self.hosts[-1])
        self.server = HostServer(self.hosts[1], os.path.join(self.folder, "server"))

    def write_configuration(self, host, port):
        # The name of the host that nodes say they are.
        own = socket.gethostname().split(".")[0]
        nodes = "\n".join(
            f"NodeName={node.name} NodeHostname={node.name if node.host else own} NodeAddr={node.address} Port={node.port} "
            "CPUs=4 RealMemory=4000 State=UNKNOWN" for node in self.nodes.values())
        with open(self.configuration, "w") as file:
            file.write(CONFIGURATION.format(
                controller=host.name if host else own, address=host.address if host else "127.0.0.1", port=port, folder=self.folder,
                # Nodes of this host are not to be given up because it is busy.
                node_timeout=10 if host else 120, nodes=nodes))
        # Slurm 22.05 wants a plugin for control groups that are there; this one needs none as long as nobody asks it for anything.
        with open(os.path.join(self.folder, "cgroup.conf"), "w") as file:
            print("CgroupPlugin=cgroup/v1", file=file)

    def start_munge(self):
        key, run = os.path.join(self.folder, "munge.key"), os.path.join(self.folder, "run")
        with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o400), "wb") as file:
            file.write(os.urandom(128))
        self.daemons.append(self.spawn("munged", [], [
            "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={run}/munge", f"--pid-file={run}/munged.pid",
            f"--log-file={self.folder}/log/munge", f"--seed-file={run}/munge.seed"]))
        self.wait("munge answers", lambda: os.path.exists(f"{run}/munge"))

    def start_node(self, node):
        node.daemon = self.spawn(node.name, node.inside, ["slurmd", "-D", "-N", node.name, "-f", self.configuration])

    def spawn(self, name, inside, command):
        with open(os.path.join(self.folder, "log", f"{name}.output"), "a") as log:
            return subprocess.Popen(
                [*TIED, *inside, *command], env=self.environment, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def call(self, *command):
        """Runs one of Slurm's programs where jobs are submitted; what it prints."""
        return subprocess.run(
            [*self.inside, *command], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout

    def states(self):
        """The state of each node, in Slurm's words."""
        return dict(line.split() for line in self.call("sinfo", "-h", "-N", "-p", "work", "-o", "%N %t").splitlines())

    def wait(self, what, is_reached, seconds=120):
        end = time.monotonic() + seconds
        while not is_reached():
            ended = [daemon for daemon in self.daemons if daemon.poll() is not None]
            if ended or time.monotonic() > end:
                raise SystemExit(f"error: never reached: {what}\n{self.log()}")
            time.sleep(0.05)

    def log(self):
        text = ""
        for name in sorted(os.listdir(os.path.join(self.folder, "log"))):
            with open(os.path.join(self.folder, "log", name), errors="replace") as file:
                text += f"== {name}\n{file.read()[-2000:]}"
        return text

    # MARK: - What happens to nodes

    def die(self, name):
        # Its connections are not closed: others have to notice.
        self.cut(name)
        self.kill_node(self.nodes[name])

    def cut(self, name):
        Switch.turn(self.nodes[name].host, "down", "switch")

    def mend(self, name):
        Switch.turn(self.nodes[name].host, "up", "switch")

    def freeze(self, name):
        self.nodes[name].daemon.send_signal(signal.SIGSTOP)

    def recover(self, name):
        node = self.nodes[name]
        self.mend(name)
        # A new slurmd says at once that it is there; the old one waits to be asked, up to a minute.
        node.daemon.kill()
        node.daemon.wait()
        self.start_node(node)
        self.wait(f"{name} is back", lambda: self.states()[name] in ("idle", "mix", "alloc"))

    def kill_node(self, node):
        node.daemon.kill()
        node.daemon.wait()
        holder = node.host.holder.pid
        network = os.readlink(f"/proc/{holder}/ns/net")
        kill_all(lambda number: number != holder and os.readlink(f"/proc/{number}/ns/net") == network)

    # MARK: - The end

    def stop(self):
        """Ends all daemons and jobs, and removes the folder."""
        for daemon in [*self.daemons, *(node.daemon for node in getattr(self, "nodes", {}).values() if node.daemon)]:
            daemon.kill()
            daemon.wait()
        # Daemons and what they start have it in their environment.
        mark = f"SLURM_CONF={self.configuration}".encode()
        kill_all(lambda number: mark in read(f"/proc/{number}/environ").split(b"\0"))
        if self.server:
            self.server.stop()
        for host in self.hosts:
            host.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def kill_all(is_meant):
    """Kills all processes that are meant, until there are none: they may be starting others."""
    found = True
    while found:
        found = False
        for number in [int(name) for name in os.listdir("/proc") if name.isdigit()]:
            try:
                if number != os.getpid() and is_meant(number):
                    os.kill(number, signal.SIGKILL)
                    found = True
            except OSError:
                pass
        time.sleep(0.02)


def main():
    on_hosts = "--hosts" in sys.argv
    if problem := obstacle(on_hosts):
        sys.exit(f"error: {problem}")
    if "--check" in sys.argv:
        sys.exit()
    for kind in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda number, _: sys.exit(128 + number))
    cluster = Cluster(on_hosts)
    try:
        server = cluster.server and {"address": cluster.server.host.address, "socket": cluster.server.folder}
        print(json.dumps({"configuration": cluster.configuration, "inside": cluster.inside, "server": server}), flush=True)
        for line in sys.stdin:
            command, *words = line.split()
            getattr(cluster, command)(*words)
            print("done", flush=True)
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
