import Dispatch
import Foundation
import Locks
import Synchronization

/// Handles signals: the first requests a stop, the second ends the process at once.
///
/// Interrupt, termination and hangup are treated alike. A hangup that the parent ignored (`nohup`) stays ignored; an
/// interrupt does not, since a shell's background jobs inherit it as ignored and could not be stopped otherwise.
///
/// In a job of Slurm, a termination is a request however often it comes: Slurm sends it to all processes of the job, and the job's
/// script passes it on. If there is no more time, Slurm kills.
final class Interruption: Sendable {
  private let requested = Atomic(false)
  private let onRequest: @Sendable () -> Void
  private let sources = Locked<[any DispatchSourceSignal]>([])

  /// Starts listening.
  ///
  /// - Parameter onRequest: Called once, on a thread of its own, at the first signal.
  init(onRequest: @escaping @Sendable () -> Void) {
    self.onRequest = onRequest
    let queue = DispatchQueue(label: "run-hyper.signals", qos: .userInteractive)
    sources.withLock { list in
      for number in Self.signalsToHandle() {
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { [unowned self] in receive(number) }
        source.resume()
        list.append(source)
      }
    }
  }

  /// What ends the process at once when it has been asked to stop.
  static var ending: String { SlurmAllocation.current == nil ? "signal" : "interrupt" }

  var isRequested: Bool { requested.load(ordering: .relaxed) }

  private func receive(_ number: Int32) {
    guard requested.exchange(true, ordering: .relaxed) else { return onRequest() }
    if number != SIGTERM || SlurmAllocation.current == nil { _exit(130) }
  }

  /// Runs `start`, which starts a program that an interrupt at the terminal ends as well.
  ///
  /// A program inherits the blocked signals of the thread that starts it, and Dispatch's threads have nearly all of them blocked.
  static func withSignals<Value>(_ start: () throws -> Value) rethrows -> Value {
    var (all, before) = (sigset_t(), sigset_t())
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_UNBLOCK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    return try start()
  }

  private static func signalsToHandle() -> [Int32] {
    [SIGINT, SIGTERM, SIGHUP].filter { number in
      // A dispatch source sees a signal only if the signal's default action is ignored.
      let before = signal(number, SIG_IGN)
      return unsafe number != SIGHUP || unsafeBitCast(before, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self)
    }
  }
}
