import Foundation
import Synchronization

/// A request to stop a study's trials and end the run.
public final class StopController: Sendable {
  private let flag = Atomic<Bool>(false)
  private let condition = NSCondition()

  public init() {}

  /// Whether trials should stop.
  public var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Asks every trial to stop and wakes the waiting workers; may be called more than once.
  ///
  /// Not for use inside a POSIX signal handler; a Dispatch signal source may call it.
  public func requestStop() {
    flag.store(true, ordering: .relaxed)
    wakeWaiting()
  }

  /// Wakes the waiting workers, so that they look for work again.
  func wakeWaiting() {
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }

  /// Waits to be woken; the caller must make sure that this happens regularly.
  func waitForPulse() {
    condition.lock()
    if !isRequested { condition.wait() }
    condition.unlock()
  }
}
