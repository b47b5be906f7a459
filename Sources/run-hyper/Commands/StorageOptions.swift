import ArgumentParser
import Foundation
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

  private var database: NamedDatabase { NamedDatabase(storage: storage, checkpoints: checkpoints) }

  /// The database for messages: without a password.
  var name: String { database.name }

  /// The options that name the database in a suggested command, without a password.
  var inCommand: String { database.inCommand }

  var isOnServer: Bool { database.isOnServer }

  /// The database's file with its option, if it is a file.
  var files: [(option: String, path: String)] { isOnServer ? [] : [("--storage", storage)] }

  /// Checks what is known before a database is opened.
  ///
  /// - Throws: A `StorageError` if the options name no database.
  func check() throws { try database.check() }

  /// Gathers what is wrong with a database that is there; a server is not asked, since it might not answer soon.
  func gather(into mistakes: inout Mistakes) throws(CommandError) {
    guard !isOnServer, FileManager.default.fileExists(atPath: storage) else { return }
    _ = try mistakes.gather { try reader().close() }
  }

  /// Opens the database for reports.
  func reader() throws -> StudyStore { try database.reader() }

  /// Opens the database for running and deleting studies; creates it if it is missing.
  func writer(
    machine: Machine? = nil, heartbeatTimeout: Duration = StudyStore.standardHeartbeatTimeout
  ) throws -> StudyStore {
    try database.writer(machine: machine, heartbeatTimeout: heartbeatTimeout)
  }

  /// Says where a password belongs, if the URI has one.
  func notePassword() throws { try database.notePassword() }
}
