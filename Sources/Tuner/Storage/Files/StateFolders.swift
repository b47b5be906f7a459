/// The states of trials in folders: next to the database's file, or in one that all processes share.
struct StateFolders: StateStorage {
  let checkpoints: any SavedStates
  let noun = "file"
  let isInDatabase = false

  private let allWeights: String
  private let watch = FolderWatch()

  /// - Parameter database: The path of the database, with which the folders' paths begin.
  init(of database: String) {
    checkpoints = StateFolder(
      location: database + ".checkpoints",
      loss: "unfinished trials whose checkpoints were in it restart from the beginning",
      faults: (.checkpointUnwritten, .checkpointWritten, .checkpointRenamed), watch: watch)
    allWeights = database + ".weights"
  }

  func weights(of study: Int64) -> any SavedStates { weights(in: "\(study)") }

  /// The user may have put something else there, with any name.
  func weightsOfAll() -> [(study: String, states: any SavedStates)] {
    Disk.files(in: allWeights).map { ($0, weights(in: $0)) }
  }

  func takeNotices() -> [String] { watch.takeNotices() }

  /// The folders that exist; they have to be moved together with the database.
  func present() -> [MisplacedDatabase.Folder] {
    [(checkpoints.location, ".checkpoints"), (allWeights, ".weights")]
      .filter { Disk.isFolder($0.0) }.map { MisplacedDatabase.Folder(path: $0.0, suffix: $0.1) }
  }

  private func weights(in name: String) -> StateFolder {
    StateFolder(
      location: "\(allWeights)/\(name)", loss: "weights that were in it are missing",
      faults: (.weightsUnwritten, .weightsWritten, .weightsRenamed), watch: watch)
  }
}
