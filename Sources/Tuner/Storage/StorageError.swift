import GRDB
import Literals

/// A database or a file of a study that cannot be used.
public struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file or folder.
  public let location: String

  /// What is wrong with it.
  public let found: String

  /// What would be right, or what to do.
  public let expected: String

  public init(location: String, found: String, expected: String) {
    self.location = location
    self.found = found
    self.expected = expected
  }

  /// One line for a terminal.
  public var description: String { message(at: location, found: found, expected: expected) }

  /// What SQLite said about a database.
  init(_ error: DatabaseError, location: String) {
    let message = error.message ?? "error \(error.resultCode.rawValue)"
    let expected =
      switch error.resultCode {
      case .SQLITE_FULL: "free space on its disk; the same command continues then"
      case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: "a file and folder that can be written, or another --storage"
      case .SQLITE_CANTOPEN: "a file that can be opened and a folder that can be written, or another --storage"
      case .SQLITE_NOTADB: "a SQLite database, or another --storage"
      case .SQLITE_CORRUPT: "an undamaged database; restore a copy or use another --storage"
      case .SQLITE_BUSY, .SQLITE_LOCKED: "no other program holding it for longer than a minute"
      case .SQLITE_IOERR: "a disk that works, and a file system with shared memory for SQLite's WAL mode"
      case .SQLITE_ERROR where message.contains("WAL"): "a file system with shared memory for SQLite's WAL mode"
      default: "a database that this program wrote"
      }
    self.init(location: location, found: message, expected: expected)
  }
}

/// Runs database work and turns what SQLite throws into a `StorageError`.
func storing<Value>(in location: String, _ work: () throws -> Value) throws -> Value {
  do { return try work() } catch let error as DatabaseError { throw StorageError(error, location: location) }
}
