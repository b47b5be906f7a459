import Foundation
import Locks

/// The studies on a PostgreSQL server, over one connection, which is made again whenever it is lost.
///
/// Threads take turns: a statement takes less than a millisecond, and a transaction that writes holds its study alone anyway.
final class PostgreSQLDatabase: StudyDatabase, @unchecked Sendable {
  let location: PostgreSQLLocation

  /// How long to try to connect again.
  private let patience: Duration

  /// How long to try after a request to stop.
  private static let shortPatience: Duration = .seconds(1)

  private let lock = NSLock()

  /// Whether the run is to end; then it does not wait for a server.
  private let isStopping = Locked<@Sendable () -> Bool>({ false })

  // Used only while `lock` is held.
  private var session: PostgreSQLSession?
  private var count = 0

  /// The version from which opening has upgraded the tables, or `nil`.
  let upgradedVersion: Int?

  /// Since when nothing has succeeded; `nil` if the last transaction did.
  private var failing: ContinuousClock.Instant?

  /// When the run was first seen to end since then.
  private var hurrying: ContinuousClock.Instant?

  private var record: TransactionRecord?
  private var lastTransaction: Int64 = 0

  /// The number of the process, whose lock every session takes; `nil` in a store for reports.
  private let owner: Int64?

  /// Connects, and makes sure that the tables are there.
  ///
  /// Throws a `StorageError`.
  ///
  /// - Parameter owner: The process that will own trials, for which missing tables are created; `nil` for reports.
  init(_ location: PostgreSQLLocation, owner: ProcessIdentity?, patience: Duration) throws {
    self.location = location
    self.patience = patience
    self.owner = owner.map(OwnerLock.number)
    do {
      let session = try PostgreSQLSession(location.uri)
      if owner != nil {
        // Only a server that becomes a standby later is waited for.
        guard try session.execute("SELECT current_setting('transaction_read_only')").rows == [[.text("off")]] else {
          throw PostgreSQLError(state: "25006", message: "a standby, or a read-only database", isLost: false)
        }
        upgradedVersion = try PostgreSQLSchema.install(with: session, at: location)
      } else {
        upgradedVersion = nil
      }
      try use(session)
    } catch let error as PostgreSQLError {
      throw StorageError(error, location: location.description)
    }
  }

  var connectionCount: Int { lock.withLock { count } }

  private func connect() throws -> PostgreSQLSession { try use(PostgreSQLSession(location.uri)) }

  /// Makes a session the one of this process. A newer program may have upgraded the tables since the last one.
  @discardableResult
  private func use(_ session: PostgreSQLSession) throws -> PostgreSQLSession {
    if let owner {
      try session.execute(OwnerLock.take, [.integer(owner)])
      try PostgreSQLSchema.requireCurrent(with: session, at: location)
    } else {
      try PostgreSQLSchema.check(with: session, at: location)
    }
    count += 1
    self.session = session
    return session
  }

  func read<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    try connected { session in
      try session.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
      let value = try work(Connection(session))
      try session.script("COMMIT")
      return value
    }
  }

  /// Runs `work` in a transaction, again if the connection is lost before the commit.
  ///
  /// If the connection is lost during the commit, the process's own record says afterwards whether it took place.
  func write<Value>(_ work: (Connection) throws -> Value) throws -> Value {
    // What `work` has returned, if its transaction may have been committed.
    var doubtful: (transaction: Int64, value: Value)?
    // A standby that becomes the primary server is read-only at first.
    return try connected(retryingAfter: [.connectionLost, .tooManyConnections, .conflict, .readOnly]) { session in
      let record = try record ?? TransactionRecord(session)
      self.record = record
      if let (transaction, value) = doubtful {
        if try record.hasCommitted(transaction, session) { return value }
        doubtful = nil
      }
      try session.script("BEGIN")
      let before = session.changeCount
      let value = try work(Connection(session))
      // A transaction without changes can be run again.
      if session.changeCount > before {
        lastTransaction += 1
        guard try record.add(lastTransaction, session) else {
          self.record = nil
          throw PostgreSQLError(conflict: "the record of this process's transactions was gone")
        }
        doubtful = (lastTransaction, value)
      }
      try session.script("COMMIT")
      return value
    }
  }

  func close() {
    lock.withLock {
      if let session, let record { try? record.remove(session) }
      (session, record) = (nil, nil)
    }
  }

  func waitBriefly(when isStopping: @escaping @Sendable () -> Bool) { self.isStopping.withLock { $0 = isStopping } }

  /// Runs `work` with an open connection, from the beginning if the connection is lost in the meantime.
  ///
  /// The time to try counts from the first failure of any thread. After it, each call tries once, so that a run with a lost server ends
  /// at once however many threads wait.
  private func connected<Value>(
    retryingAfter kinds: [PostgreSQLError.Kind] = [.connectionLost, .tooManyConnections, .conflict],
    _ work: (PostgreSQLSession) throws -> Value
  ) throws -> Value {
    lock.lock()
    defer { lock.unlock() }
    // The first time at once: often only the connection was ended.
    var pause = Duration.zero
    while true {
      do {
        let value = try work(session ?? connect())
        (failing, hurrying) = (nil, nil)
        return value
      } catch {
        // The server undoes what was not committed; a session in the middle of a transaction is of no further use.
        if session.map({ $0.isLost || (try? $0.script("ROLLBACK")) == nil }) ?? true { session = nil }
        guard let error = error as? PostgreSQLError, kinds.contains(error.kind), isWorth(waiting: pause) else {
          throw error
        }
        let seconds: Double = pause / .seconds(1)
        // Not all processes at the same moment.
        Thread.sleep(forTimeInterval: seconds * Double.random(in: 0.5...1))
        pause = max(.milliseconds(20), min(pause * 2, .milliseconds(500)))
      }
    }
  }
}

extension PostgreSQLDatabase {
  /// Whether there is time for another attempt after a pause.
  private func isWorth(waiting pause: Duration) -> Bool {
    let now = ContinuousClock.now
    let start = failing ?? now
    failing = start
    if isStopping.withLock({ $0 })() { hurrying = hurrying ?? now }
    let end = min(start + patience, hurrying.map { $0 + Self.shortPatience } ?? start + patience)
    return now + pause < end
  }
}

extension PostgreSQLSession: SQLSession {
  var dialect: Dialect { .postgreSQL }

  func run(_ sql: String, _ arguments: Connection.Arguments) throws -> Int {
    try execute(sql, arguments.map(\.sqlValue)).changes
  }

  func row(_ sql: String, _ arguments: Connection.Arguments) throws -> SQLRow? {
    let result = try execute(sql, arguments.map(\.sqlValue))
    return result.rows.first.map { SQLRow(columns: result.columns, values: $0) }
  }

  func value(_ sql: String, _ arguments: Connection.Arguments) throws -> SQLRow? { try row(sql, arguments) }

  func prefix(of sql: String, _ arguments: Connection.Arguments, while body: (SQLRow) throws -> Bool) throws {
    let result = try execute(sql, arguments.map(\.sqlValue))
    for values in result.rows {
      guard try body(SQLRow(columns: result.columns, values: values)) else { return }
    }
  }
}
