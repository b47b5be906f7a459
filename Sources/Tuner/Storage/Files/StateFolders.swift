import Literals

/// The states of trials in folders: next to the database's file, or in one that all processes share.
struct StateFolders: StateStorage {
  let checkpoints: any SavedStates
  let noun = "file"
  let isInDatabase = false

  private let allWeights: String
  private let root: String?
  private let watch = FolderWatch()

  /// Folders whose paths begin with the path of the database's file.
  init(of database: String) { self.init(named: database, below: database.parentFolder) }

  /// - Parameter prefix: What the folders' paths begin with.
  /// - Parameter root: A parent that is not created when the first state is saved: it has to exist.
  init(named prefix: String, below root: String? = nil) {
    self.root = root
    checkpoints = StateFolder(
      location: prefix + ".checkpoints", root: root,
      loss: "unfinished trials whose checkpoints were in it restart from the beginning",
      faults: (.checkpointUnwritten, .checkpointWritten, .checkpointRenamed), watch: watch)
    allWeights = prefix + ".weights"
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

  /// Removes the folders in which there is nothing.
  func removeEmpty() {
    Disk.removeEmptyFolder(checkpoints.location)
    for (_, weights) in weightsOfAll() { Disk.removeEmptyFolder(weights.location) }
    Disk.removeEmptyFolder(allWeights)
  }

  private func weights(in name: String) -> StateFolder {
    StateFolder(
      location: "\(allWeights)/\(name)", root: root, loss: "weights that were in it are missing",
      faults: (.weightsUnwritten, .weightsWritten, .weightsRenamed), watch: watch)
  }
}
