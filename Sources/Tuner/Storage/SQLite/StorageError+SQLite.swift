import GRDB

extension StorageError {
  /// An error of SQLite.
  init(_ error: DatabaseError, location: String) {
    let message = error.message ?? "error \(error.resultCode.rawValue)"
    let (found, expected) =
      switch error.resultCode {
      case .SQLITE_FULL: ("no space left on its disk", "free space there; then run the same command to resume")
      case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
        ("no permission to write", "a writable file and folder, or another --storage")
      case .SQLITE_CANTOPEN:
        (message, "a readable file and a writable folder, or another --storage")
      case .SQLITE_NOTADB: ("a file that is not an SQLite database", "a study database, or another --storage")
      case .SQLITE_CORRUPT:
        ("a damaged database (\(message))", "an undamaged one; restore a copy or use another --storage")
      case .SQLITE_BUSY, .SQLITE_LOCKED:
        ("the file locked by another program", "that program to be closed; then run the same command again")
      case .SQLITE_PROTOCOL: (message, "a file system with working locks, or another --storage")
      case .SQLITE_IOERR where error.failedCall == "locking":
        ("\(message) when locking", "a file system with working locks, or another --storage")
      case .SQLITE_IOERR:
        (
          "\(message)\(error.failedCall.map { " when \($0)" } ?? "")",
          "a working disk, with free space within quotas and limits; then run the same command to resume"
        )
      default: (message, "a database written by this program")
      }
    self.init(location: location, found: found, expected: expected)
  }
}

extension StorageError {
  /// A row that lacks what the schema promises.
  init(_ error: UnexpectedRow, location: String) {
    self.init(
      location: location,
      found: error.found.map { "\($0) in column '\(error.column)'" } ?? "a table without column '\(error.column)'",
      expected: "\(error.expected) there; restore a copy, or see 'verify'")
  }
}

extension DatabaseError {
  /// Whether the file system cannot share memory, which SQLite's write-ahead log needs.
  var saysNoSharedMemory: Bool {
    [.SQLITE_IOERR_SHMOPEN, .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMMAP, .SQLITE_IOERR_SHMLOCK].contains(
      extendedResultCode)
  }

  /// The system call that failed, if SQLite names it.
  fileprivate var failedCall: String? {
    switch extendedResultCode {
    case .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ: "reading"
    case .SQLITE_IOERR_WRITE, .SQLITE_IOERR_TRUNCATE: "writing"
    case .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC: "syncing"
    case .SQLITE_IOERR_LOCK, .SQLITE_IOERR_RDLOCK, .SQLITE_IOERR_UNLOCK: "locking"
    default: nil
    }
  }
}

extension StudyStore {
  /// The message of an error of the database; `nil` for any other error.
  static func databaseMessage(of error: any Error) -> String? {
    (error as? DatabaseError).map { $0.message ?? "error \($0.resultCode.rawValue)" }
      ?? (error as? PostgreSQLError)?.description
  }
}

/// Runs database work and turns the database's errors, and rows that the schema does not allow, into a `StorageError`.
func storing<Value>(in location: String, _ work: () throws -> Value) throws -> Value {
  do {
    return try work()
  } catch let error as DatabaseError {
    throw StorageError(error, location: location)
  } catch let error as PostgreSQLError {
    throw StorageError(error, location: location)
  } catch let error as UnexpectedRow {
    throw StorageError(error, location: location)
  }
}
