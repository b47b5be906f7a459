import Locks
import Tuner

/// The database whose studies are shown, opened again when another file is at its path.
///
/// There is one store at a time: closing a second one would release SQLite's locks on the file.
final class StudyDatabase: Sendable {
  private struct State {
    var store: StudyStore?
    var opened: DatabaseSighting?
  }

  /// The file; `nil` for a server.
  private let file: String?
  private let open: @Sendable () throws -> StudyStore
  private let state = Locked(State())

  init(file: String?, open: @escaping @Sendable () throws -> StudyStore) {
    (self.file, self.open) = (file, open)
  }

  /// A store that shows what is there now.
  func store() throws -> StudyStore {
    try state.withLock { state in
      let now = file.map(DatabaseSighting.init)
      if let store = state.store {
        guard let now, let opened = state.opened, !now.isShown(byStoreOpenedAt: opened, isCopy: store.isCopy) else {
          return store
        }
        state.store = nil
        store.close()
      }
      let store = try open()
      let seen = file.map(DatabaseSighting.init)
      // Where the file was replaced meanwhile, the next look opens it again.
      state.opened = if let now, let seen, !seen.isOfSameFile(as: now) { now } else { seen }
      state.store = store
      return store
    }
  }

  /// Opens the database again before the next look, since reading has failed.
  func reopen() {
    state.withLock { state in
      state.store?.close()
      state.store = nil
    }
  }
}
