/// The states of trials in the database itself, so that processes of a study need to share nothing else.
struct StateTables: StateStorage {
  let noun = "saved state"
  let isInDatabase = true

  private let database: PostgreSQLDatabase

  init(of database: PostgreSQLDatabase) { self.database = database }

  var checkpoints: any SavedStates {
    StateRows(
      folder: "checkpoints", faults: (.checkpointUnwritten, .checkpointWritten, .checkpointRenamed), database: database)
  }

  func weights(of study: Int64) -> any SavedStates { weights(in: "\(study)") }

  func weightsOfAll() -> [(study: String, states: any SavedStates)] {
    let folders = try? database.read { db in
      try db.values(String.self, "SELECT DISTINCT folder FROM saved_state WHERE folder LIKE 'weights/%'")
    }
    return (folders ?? []).sorted().map { folder in
      let study = String(folder.dropFirst("weights/".count))
      return (study, weights(in: study))
    }
  }

  /// States are lost only with the database.
  func takeNotices() -> [String] { [] }

  private func weights(in name: String) -> StateRows {
    StateRows(
      folder: "weights/\(name)", faults: (.weightsUnwritten, .weightsWritten, .weightsRenamed), database: database)
  }
}
