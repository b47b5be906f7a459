import Testing

@testable import Tuner

@Suite struct LogObstacleTests {
  private static let mounts = """
    22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
    40 22 0:35 / /home rw,relatime shared:20 master:3 - nfs4 server:/export/home rw,vers=4.2
    41 22 0:36 /some\\040folder /scratch rw - lustre 10.0.0.1@tcp:/scratch rw
    42 22 0:300 / /mnt rw - fuse.sshfs me@elsewhere: rw
    43 22 8:17 / /disk rw - fuseblk /dev/sdb1 rw
    44 22 0:37 / /tmp rw - tmpfs tmpfs rw
    45 22 0:38
    46 22 0:39 / /half rw -
    """

  @Test(
    arguments: [
      (254 << 8, nil), (35, .network("nfs4")), (36, .network("lustre")), (44 | 1 << 20, .network("fuse.sshfs")),
      (8 << 8 | 17, nil), (37, nil), (38, nil), (39, nil), (40, nil),
    ] as [(UInt64, LogObstacle?)])
  func `A file system that several hosts may share is told by its name`(device: UInt64, expected: LogObstacle?) {
    #expect(LogObstacle(device: device, mounts: Self.mounts) == expected)
  }

  @Test func `Here, files can be mapped to be shared`() {
    #expect(Disk.logObstacle("/dev/shm/studies.sqlite") == nil)
  }
}
