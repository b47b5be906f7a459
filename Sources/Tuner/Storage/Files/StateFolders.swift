/// Where a database's studies keep the states of their trials: folders next to its file.
struct StateFolders: Sendable {
  /// The states from which unfinished trials resume.
  let checkpoints: StateFolder

  private let allWeights: String
  private let watch = FolderWatch()

  /// - Parameter database: The path of the database.
  init(of database: String) {
    checkpoints = StateFolder(
      location: database + ".checkpoints",
      loss: "unfinished trials whose checkpoints were in it restart from the beginning",
      faults: (.checkpointUnwritten, .checkpointWritten, .checkpointRenamed), watch: watch)
    allWeights = database + ".weights"
  }

  /// The weights of a study's best trial.
  func weights(of study: Int64) -> StateFolder { weights(in: "\(study)") }

  /// The weights of all studies, including deleted ones, by the text of the study's number.
  ///
  /// The user may have put something else there, with any name.
  func weightsOfAll() -> [(study: String, folder: StateFolder)] {
    Disk.files(in: allWeights).map { ($0, weights(in: $0)) }
  }

  /// New notices for the user about lost states; each is returned once.
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
