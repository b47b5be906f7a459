import Foundation
import Glibc
import Locks

/// The statements that a process uses, as PostgreSQL would get them, in the file that RUN_HYPER_STATEMENTS names.
///
/// `scripts/check-statements` collects them from the tests and shows them to a server. Each takes one line; several processes may append
/// to one file.
final class StatementLog: Sendable {
  /// `nil` if nobody asks for it.
  static let shared = ProcessInfo.processInfo.environment["RUN_HYPER_STATEMENTS"].flatMap(StatementLog.init)

  private let file: FileHandle
  private let known = Locked<Set<String>>([])

  /// `nil` if the file cannot be written.
  private init?(path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
    file = FileHandle(fileDescriptor: descriptor)
  }

  /// Adds a statement, unless this process has already added it.
  func add(_ sql: String) {
    guard known.withLock({ $0.insert(sql).inserted }) else { return }
    let line = Dialect.postgreSQL.marked(Dialect.translated(sql)).split(whereSeparator: \.isWhitespace)
    try? file.write(contentsOf: Data((line.joined(separator: " ") + "\n").utf8))
  }
}

extension Dialect {
  /// What a statement for SQLite is for PostgreSQL.
  static func translated(_ sql: String) -> String {
    let parts: [(Dialect) -> String] = [
      \.now, { $0.distance(to: "heartbeat_at") }, { $0.members(of: "?") }, { $0.members(of: "fixed_configuration") },
      \.listed,
    ]
    return parts.reduce(sql) { $0.replacing($1(.sqlite), with: $1(.postgreSQL)) }
  }
}
