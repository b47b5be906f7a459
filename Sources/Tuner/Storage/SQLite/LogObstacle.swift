import Literals

/// Why SQLite cannot use a write-ahead log, which needs memory shared through a file next to the database.
///
/// Source: SQLite's documentation of WAL mode, "All processes using a database must be on the same host computer".
public enum LogObstacle: Sendable, Equatable, CustomStringConvertible {
  /// A file system that several hosts may share, with its name.
  case network(String)

  /// A file system whose files cannot be mapped as shared memory.
  case noSharedMemory

  public var description: String {
    switch self {
    case .network(let name): "\(name), which several hosts may share"
    case .noSharedMemory: "a file system without shared memory"
    }
  }

  /// Linux's names of file systems that several hosts may share; one in user space (`fuse.NAME`) may be any of them.
  private static let networks: Set<String> = [
    "9p", "afs", "beegfs", "ceph", "cifs", "fuse", "gfs2", "gpfs", "lustre", "nfs", "nfs4", "ocfs2", "orangefs", "smb3",
    "virtiofs",
  ]

  /// The name of the file system of a path, if several hosts may share it; a path that does not exist yet is where its folder is.
  package static func sharedFileSystem(at path: String) -> String? {
    var place = path
    while case .nothing = Disk.sighting(place), place != place.parentFolder { place = place.parentFolder }
    guard case .file(let file) = Disk.sighting(place), let mounts = try? Disk.read("/proc/self/mountinfo"),
      case .network(let name) = LogObstacle(device: file.device, mounts: String(decoding: mounts, as: UTF8.self))
    else { return nil }
    return name
  }

  /// The file system of a device, if several hosts may share it.
  ///
  /// - Parameters:
  ///   - device: The device number from `stat(2)` (see `makedev(3)`).
  ///   - mounts: The text of `/proc/self/mountinfo` (see `proc_pid_mountinfo(5)`).
  init?(device: UInt64, mounts: String) {
    let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
    let minor = device & 0xFF | (device >> 12) & ~0xFF
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 2, fields[2] == "\(major):\(minor)", let dash = fields.firstIndex(of: "-"),
        dash + 1 < fields.count
      else {
        continue
      }
      let name = String(fields[dash + 1])
      guard Self.networks.contains(name) || name.hasPrefix("fuse.") else { continue }
      self = .network(name)
      return
    }
    return nil
  }
}
