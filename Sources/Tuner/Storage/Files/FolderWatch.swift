import Locks

/// Notices when a folder is no longer the one that this process used before.
final class FolderWatch: Sendable {
  /// The folders by path, as last seen.
  private let folders = Locked<[String: FileIdentity]>([:])

  /// What the user has not seen yet.
  private let notices = Locked<[String]>([])

  /// Creates a folder if it is missing, and adds a notice if it is not the same folder as before.
  ///
  /// Its files are identified by their hashes, so any folder with the right name can be used.
  ///
  /// - Parameter root: A parent that has to exist.
  /// - Parameter loss: What is lost with the earlier folder.
  func create(_ path: String, below root: String?, losing loss: String) throws(StorageError) {
    // A new folder may get the inode of the deleted one, so the old one is looked up first.
    let before = Disk.sighting(path)
    try Disk.createFolder(path, below: root)
    guard case .file(let identity) = Disk.sighting(path) else { return }
    let known = folders.withLock { $0.updateValue(identity, forKey: path) }
    guard let known, before != .file(known) else { return }
    notices.withLock { $0.append("\(path) was deleted, moved or replaced during the run; \(loss)") }
  }

  /// New notices for the user; each is returned once.
  func takeNotices() -> [String] {
    notices.withLock { notices in
      defer { notices = [] }
      return notices
    }
  }
}
