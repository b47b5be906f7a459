/// A pool of threads in this process that take a study's trials, one at a time each.
struct WorkerPool: Sendable {
  private let studyRun: StudyRun
  private let objective: any Objective
  private let workers: Int
  private let policy: ClaimPolicy

  /// The interval at which trials of other processes are checked.
  private static let pollInterval: Duration = .milliseconds(250)

  init(_ studyRun: StudyRun, objective: any Objective, workers: Int) {
    self.studyRun = studyRun
    self.objective = objective
    self.workers = workers
    policy = ClaimPolicy(
      workers: workers, cost: { objective.cost(of: $0) }, isPossible: { objective.isPossible($0) })
  }

  /// Runs trials until no process has any left, or the run ends.
  ///
  /// When the calling task is canceled, the run is asked to stop.
  func work(until deadline: ContinuousClock.Instant?) async {
    let owners = (0..<workers).map { _ in studyRun.store.makeOwner() }
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { await repeating(every: studyRun.store.heartbeatInterval) { studyRun.beat(owners) } }
        // In Foundation and Dispatch, a wait with a timeout uses the wall clock, and would last an hour longer if that
        // is set back by an hour. A task sleeps by a monotonic clock.
        group.addTask { await repeating(every: Self.pollInterval) { studyRun.stop.wakeWaiting() } }
        if let deadline {
          group.addTask {
            if (try? await Task.sleep(until: deadline, clock: .continuous)) != nil { studyRun.end(.timedOut) }
          }
        }
        // Another process may add trials, such as repeats, after the workers here have found none and ended.
        repeat { await work(as: owners) } while studyRun.hasMoreToDo
        group.cancelAll()
      }
    } onCancel: {
      studyRun.stop.requestStop()
    }
  }

  /// Calls `action` again and again, until the task is canceled.
  private func repeating(every interval: Duration, _ action: @Sendable () -> Void) async {
    while (try? await Task.sleep(for: interval)) != nil { action() }
  }

  /// Runs one worker for each owner until none finds any work.
  private func work(as owners: [String]) async {
    await withTaskGroup(of: Void.self) { group in
      for (index, owner) in owners.enumerated() {
        group.addTask { await Worker(number: index + 1).run { work(as: owner) } }
      }
    }
  }

  /// Runs trials one after another until no process has any left.
  private func work(as owner: String) {
    var taken: TakenTrial?
    while taken != nil || studyRun.mayGoOn {
      do {
        let news = taken == nil ? studyRun.news : nil
        switch try claim(taken.take(), as: owner) {
        case .trial(let trial):
          taken = try TrialRun(trial, in: studyRun, objective, policy).perform()
          studyRun.stop.wakeWaiting()
        case .over: return
        case .wait:
          if try studyRun.reclaim() { continue }
          try studyRun.announceWaiting()
          try studyRun.leaveIfIdle()
          studyRun.waitForWork(since: news)
        }
      } catch let lost as TrialLost {
        studyRun.onEvent(.lost(trial: lost.trial))
      } catch {
        studyRun.fail(error)
      }
    }
  }

  /// The trial that the end of the one before has already taken, or else what there is to do.
  private func claim(_ taken: TakenTrial?, as owner: String) throws -> Claim {
    if let taken { return .trial(try studyRun.store.ready(taken, of: studyRun.study)) }
    return try studyRun.store.claim(from: studyRun.study, owner: owner, policy: policy)
  }
}
