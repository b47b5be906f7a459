import Glibc

/// What is at the path of a database that a store reads, to notice that the store no longer shows what is there.
package struct DatabaseSighting: Sendable, Equatable {
  /// The file and its log. The log stays the same file as long as somebody has the database open.
  private let file, log: FileSighting

  /// When the two were last written, and their sizes.
  private let changes: [Int64]

  /// - Parameter path: The file of a database.
  package init(at path: String) {
    let path = Disk.resolved(path)
    (file, log) = (Disk.sighting(path), Disk.sighting(path + "-wal"))
    changes = Disk.change(of: path) + Disk.change(of: path + "-wal")
  }

  /// Whether there is no file at the path.
  package var isNothing: Bool { file == .nothing }

  /// Whether the same file was seen, so that what was opened in between is that file.
  package func isOfSameFile(as other: DatabaseSighting) -> Bool { file == other.file }

  /// Whether a store that was opened at a sighting shows what is there now.
  ///
  /// - Parameter isCopy: Whether the store has a copy in memory, which shows no change of its file.
  package func isShown(byStoreOpenedAt opened: DatabaseSighting, isCopy: Bool) -> Bool {
    // Where permission is missing, or a server does not answer, reading says what is wrong.
    guard file != .unknown else { return true }
    return file == opened.file && (log == opened.log || log == .unknown) && (!isCopy || changes == opened.changes)
  }
}

extension StudyStore {
  /// Whether the store shows a copy of its file, made when it was opened.
  package var isCopy: Bool { sqlite?.isInMemory ?? false }
}

extension Disk {
  /// The time of a file's last change, to the nanosecond, and its size in bytes; empty if there is none.
  fileprivate static func change(of path: String) -> [Int64] {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return [] }
    return [Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec), Int64(status.st_size)]
  }
}
