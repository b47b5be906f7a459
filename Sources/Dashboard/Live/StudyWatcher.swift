import Dispatch
import Foundation
import Locks
import Tuner

/// Looks at the studies that pages show, at most five times a second, and only while a page shows one.
///
/// One thread reads for all pages: a database may make it wait.
final class StudyWatcher: Sendable {
  private struct State {
    var studies: [String: LiveStudy] = [:]
    var isEnded = false
  }

  private let database: ReopenedStore
  private let wait = DatabaseWait()
  private let storage: String
  private let wording: @Sendable (any Error) -> String
  private let recipes: StudyRecipes
  private let state = Locked(State())
  private let wake = DispatchSemaphore(value: 0)

  private static let interval: Duration = .milliseconds(200)

  /// - Parameters:
  ///   - storage: The database in words, without a password.
  ///   - wording: An error in words, without a password.
  init(
    _ database: ReopenedStore, storage: String, recipes: @escaping StudyRecipes,
    wording: @escaping @Sendable (any Error) -> String
  ) {
    (self.database, self.storage, self.recipes, self.wording) = (database, storage, recipes, wording)
    Thread.detachNewThread { [self] in run() }
  }

  /// A study to show; it is read from now on.
  func study(named name: String) -> LiveStudy {
    let study = state.withLock { state in
      let study = state.studies[name] ?? LiveStudy(name: name)
      state.studies[name] = study
      // Under the lock under which studies without pages are dropped.
      study.touch()
      return study
    }
    wake.signal()
    return study
  }

  /// Wakes all pages, and tells them if the database keeps the reader waiting.
  func tick() {
    let isLong = wait.isLong()
    for study in state.withLock({ $0.studies.values.map(\.self) }) {
      if isLong { study.fail("\(storage) does not answer; what is shown is from before") }
      study.tick()
    }
  }

  func end() {
    let studies = state.withLock { state in
      state.isEnded = true
      return state.studies.values.map(\.self)
    }
    for study in studies { study.end() }
    wake.signal()
  }

  private func run() {
    // Training goes first where both want the processor: on Linux, this is about the thread.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
    var looks: [String: StudyLook] = [:]
    while true {
      let start = ContinuousClock.now
      let (studies, isEnded) = state.withLock { state in
        state.studies = state.studies.filter { $0.value.attention.isWanted }
        return (state.studies, state.isEnded)
      }
      guard !isEnded else { return }
      looks = looks.filter { studies[$0.key] != nil }
      for (name, study) in studies {
        var look = looks[name] ?? StudyLook(study, storage: storage, recipes: recipes, wait: wait)
        let began = WorkPause.processorTime
        do { try look.look(at: try wait.during { try database.store() }) } catch {
          study.fail(wording(error))
          database.reopen(after: error)
          look.rest(afterWorkSince: began)
        }
        looks[name] = look
        study.endLook()
      }
      if studies.isEmpty {
        wake.wait()
      } else {
        let rest = Self.interval - (ContinuousClock.now - start)
        Thread.sleep(forTimeInterval: max(rest / .seconds(1), 0.01))
      }
    }
  }
}
