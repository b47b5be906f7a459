import ArgumentParser
import Tuner

/// The database that contains the studies: a file, or one on a PostgreSQL server.
struct StorageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Database of studies: a file, or \(OptionText.uriForm) on a PostgreSQL server.", valueName: "database"))
  var storage = Self.standard

  @Option(
    help: ArgumentHelp(
      "For a PostgreSQL server: shared folder for checkpoints and weights. (default: they are in the database)",
      valueName: "folder"))
  var checkpoints: String?

  static let standard = OptionText.standardStorage

  /// The database for messages: without a password.
  var name: String { ((try? server)?.description) ?? (isOnServer ? "the database" : storage) }

  var isOnServer: Bool { PostgreSQLLocation.isURI(storage) }

  /// The database's file with its option, if it is a file.
  var files: [(option: String, path: String)] { isOnServer ? [] : [("--storage", storage)] }

  private var server: PostgreSQLLocation? {
    get throws { isOnServer ? try PostgreSQLLocation(storage) : nil }
  }

  /// Checks what is known before a database is opened.
  ///
  /// - Throws: A `StorageError` if the options name no database.
  func check() throws {
    guard try server == nil, checkpoints != nil else { return }
    throw StorageError(
      location: "--checkpoints", found: "a folder, but --storage is a file, which has its checkpoints beside it",
      expected: "--storage=\(OptionText.uriForm), or no --checkpoints")
  }

  /// Opens the database for reports.
  func reader() throws -> StudyStore {
    try check()
    return try StudyStore(reading: storage, checkpoints: checkpoints, onNotice: Self.note)
  }

  /// Opens the database for running and deleting studies; creates it if it is missing.
  func writer(
    machine: Machine? = nil, heartbeatTimeout: Duration = StudyStore.standardHeartbeatTimeout
  ) throws -> StudyStore {
    try check()
    return try StudyStore(
      writing: storage, checkpoints: checkpoints, machine: machine, heartbeatTimeout: heartbeatTimeout,
      onNotice: Self.note)
  }

  private static func note(_ notice: String) { Output.note("note: \(notice)") }

  /// Says where a password belongs, if the URI has one.
  func notePassword() throws {
    guard try server?.hasPassword == true else { return }
    Output.note(
      "note: --storage has a password, which other users can see in the list of processes. Suggested commands leave it out. "
        + "Keep it in ~/.pgpass or a service file instead")
  }
}
