/// What SQLite and PostgreSQL write differently.
///
/// All statements are one text for both; only these parts of it depend on the database.
enum Dialect: Sendable {
  case sqlite, postgreSQL

  /// The current time, in the format of the tables; it goes on during a transaction.
  var now: String {
    switch self {
    case .sqlite: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
    case .postgreSQL: "to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    }
  }

  /// The seconds between a time in a column and now, whichever is later.
  func distance(to column: String) -> String {
    switch self {
    case .sqlite: "abs(julianday('now') - julianday(\(column))) * 86400"
    case .postgreSQL: "abs(extract(epoch FROM clock_timestamp() - CAST(\(column) AS timestamptz)))"
    }
  }

  /// The seconds from a fixed moment to a time in a column; fractions of a millisecond are not exact.
  func seconds(of column: String) -> String {
    switch self {
    case .sqlite: "julianday(\(column)) * 86400"
    case .postgreSQL: "CAST(extract(epoch FROM CAST(\(column) AS timestamptz)) AS double precision)"
    }
  }

  /// A table of the members of a JSON object: `key`, `value` as text, and whether the value `is_text`.
  ///
  /// - Parameter object: A column or an argument.
  func members(of object: String) -> String {
    switch self {
    case .sqlite:
      """
      (SELECT coalesce(CAST(key AS TEXT), '') AS key, coalesce(CAST(value AS TEXT), 'null') AS value,
        type = 'text' AS is_text FROM json_each(\(object))) AS member
      """
    case .postgreSQL:
      """
      (SELECT key, coalesce(value #>> '{}', 'null') AS value, json_typeof(value) = 'string' AS is_text
        FROM json_each(CAST(\(object) AS json))) AS member
      """
    }
  }

  /// A query for the numbers of a list, with the list, as JSON, as its only argument.
  var listed: String {
    switch self {
    case .sqlite: "SELECT value FROM json_each(?)"
    case .postgreSQL: "SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(? AS json))"
    }
  }

  /// Whether a new study may get the number of a deleted one.
  var reusesNumbers: Bool { self == .sqlite }

  /// A statement that locks a study until the end of the transaction, with the study as its argument; `nil` if a transaction that writes
  /// is alone in the database anyway.
  var studyLock: String? {
    switch self {
    case .sqlite: nil
    case .postgreSQL: "SELECT id FROM study WHERE id = ? FOR NO KEY UPDATE"
    }
  }

  /// A query for the processes that are connected, as `OwnerLock` numbers them; `nil` if the database does not know.
  var connectedOwners: String? {
    switch self {
    case .sqlite: nil
    case .postgreSQL: OwnerLock.held
    }
  }

  /// A statement that lets processes create and open studies one after another, until the end of the transaction; `nil` if a
  /// transaction that writes is alone in the database anyway.
  var openingLock: String? {
    switch self {
    case .sqlite: nil
    // The number alone is the lock for creating the tables.
    case .postgreSQL: "SELECT pg_advisory_xact_lock(\(Schema.applicationID), 1)"
    }
  }

  /// A statement that keeps others from `fileReaderLock` until the end of the transaction, which writes files before their rows; `nil` if a
  /// transaction that writes is alone in the database anyway.
  var fileWriterLock: String? {
    switch self {
    case .sqlite: nil
    case .postgreSQL: "SELECT pg_advisory_xact_lock_shared(\(Schema.applicationID), 2)"
    }
  }

  /// A query for whether nobody has `fileWriterLock`; if so, nobody gets it until the end of the transaction.
  var fileReaderLock: String? {
    switch self {
    case .sqlite: nil
    case .postgreSQL: "SELECT pg_try_advisory_xact_lock(\(Schema.applicationID), 2)"
    }
  }

  /// A statement by which a transaction may do nothing for as long as it takes, while another database is read or written; `nil` if every
  /// transaction may.
  var waitsForOthers: String? {
    switch self {
    case .sqlite: nil
    case .postgreSQL: "SET LOCAL idle_in_transaction_session_timeout = 0"
    }
  }

  /// A statement with the arguments marked as this database wants it: `?` stands for the next one.
  ///
  /// Quoted text stays as it is.
  func marked(_ sql: String) -> String {
    guard self == .postgreSQL else { return sql }
    var (marked, count, isQuoted) = ("", 0, false)
    for character in sql {
      if character == "'" { isQuoted.toggle() }
      guard character == "?", !isQuoted else {
        marked.append(character)
        continue
      }
      count += 1
      marked += "$\(count)"
    }
    return marked
  }
}
