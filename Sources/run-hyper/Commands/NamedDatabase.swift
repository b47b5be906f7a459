import Literals
import Tuner

/// A database of studies as options name it.
struct NamedDatabase {
  let storage: String

  /// For a server: the folder of checkpoints and weights, if they are not in the database.
  let checkpoints: String?

  /// The options' names, for messages.
  var options = (storage: "--storage", checkpoints: "--checkpoints")

  /// The database for messages: without a password.
  var name: String { ((try? server)?.description) ?? (isOnServer ? "the database" : storage) }

  var isOnServer: Bool { PostgreSQLLocation.isURI(storage) }

  private var server: PostgreSQLLocation? {
    get throws { isOnServer ? try PostgreSQLLocation(storage) : nil }
  }

  /// The options that name the database in a suggested command, without a password.
  var inCommand: String {
    (storage == StorageOptions.standard ? "" : " --storage=\(name.inShell)")
      + (checkpoints.map { " --checkpoints=\($0.inShell)" } ?? "")
  }

  /// Checks what is known before a database is opened.
  ///
  /// - Throws: A `StorageError` if the options name no database.
  func check() throws {
    guard try server == nil, checkpoints != nil else { return }
    throw StorageError(
      location: options.checkpoints,
      found: "a folder, but \(options.storage) is a file, which has its checkpoints beside it",
      expected: "\(options.storage)=\(OptionText.uriForm), or no \(options.checkpoints)")
  }

  func reader() throws -> StudyStore {
    try check()
    return try StudyStore(reading: storage, checkpoints: checkpoints, onNotice: Self.note)
  }

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
      "note: \(options.storage) has a password, which other users can see in the list of processes. "
        + "Suggested commands leave it out. Keep it in ~/.pgpass or a service file instead")
  }
}

extension StudyStore {
  /// Says what was done to a file to open it for writing.
  func noteOpening() {
    if let upgrade {
      Output.note(
        "note: upgraded \(path) from schema \(upgrade.schema)"
          + (upgrade.copy.map { "; a copy of the old file is \($0)" } ?? ""))
    }
    if let logObstacle {
      Output.note("note: \(path) is on \(logObstacle); using a rollback journal, which makes writes slower")
    }
  }
}
