import Foundation
import Synchronization

/// The request to stop a study's trials and go home.
public final class StopController: Sendable {
  private let flag = Atomic<Bool>(false)
  private let condition = NSCondition()

  public init() {}

  /// Whether trials should stop.
  public var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Asks every trial to stop and wakes the workers that wait; may be called again.
  ///
  /// Not for use inside a POSIX signal handler; a Dispatch signal source may call it.
  public func requestStop() {
    flag.store(true, ordering: .relaxed)
    wakeWaiting()
  }

  /// Wakes the workers that wait, so that they look for work again.
  func wakeWaiting() {
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }

  /// Waits for a wake, which has to come from time to time.
  func waitForPulse() {
    condition.lock()
    if !isRequested { condition.wait() }
    condition.unlock()
  }
}
