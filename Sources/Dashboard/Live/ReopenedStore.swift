import Locks
import Tuner

/// The store of the studies that are shown, opened again when another file is at its path.
///
/// There is one store at a time: closing a second one would release SQLite's locks on the file.
final class ReopenedStore: Sendable {
  private struct State {
    var store: StudyStore?
    var opened: DatabaseSighting?

    /// Why there is no store.
    var failure: (any Error)?

    /// Before the next opening: a copy of a large file takes time, and shows nothing of what happens afterwards.
    var pause = WorkPause()
  }

  /// The file; `nil` for a server.
  private let file: String?
  private let open: @Sendable () throws -> StudyStore
  private let state = Locked(State())

  init(file: String?, open: @escaping @Sendable () throws -> StudyStore) {
    (self.file, self.open) = (file, open)
  }

  /// A store that shows what is there now, or was before the pause.
  func store() throws -> StudyStore {
    try state.withLock { state in
      let now = file.map(DatabaseSighting.init)
      if let store = state.store {
        guard state.pause.isOver, let now, let opened = state.opened,
          !now.isShown(byStoreOpenedAt: opened, isCopy: store.isCopy)
        else { return store }
        state.store = nil
        store.close()
      } else if !state.pause.isOver, let failure = state.failure {
        throw failure
      }
      let start = WorkPause.processorTime
      defer { state.pause.begin(afterWorkSince: start) }
      do {
        let store = try open()
        let seen = file.map(DatabaseSighting.init)
        // A copy is of what was there before. Where the file was replaced meanwhile, the next look opens it again.
        state.opened = if let now, let seen, store.isCopy || !seen.isOfSameFile(as: now) { now } else { seen }
        (state.store, state.failure) = (store, nil)
        return store
      } catch {
        state.failure = error
        throw error
      }
    }
  }

  /// Opens the database again before the next look.
  ///
  /// - Parameter error: Why reading has failed.
  func reopen(after error: any Error) {
    state.withLock { state in
      state.store?.close()
      (state.store, state.failure) = (nil, error)
    }
  }
}
