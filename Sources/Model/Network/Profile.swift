import Kernels
import Locks

/// Where the time of training goes, by kind of work.
///
/// It is taken of one thread, while `take` runs there; elsewhere and otherwise no clock is read.
package final class Profile: Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// The matrix products of linear maps, without those of other kinds.
    case products
    /// The attention of all heads, with its products, softmax and dropout.
    case attention
    /// Everything else in the network: norms, biases, activations, dropout, embedding.
    case elements = "element by element"
    /// From the last layer's output to the loss, and back.
    case head
    /// The update of the parameters and of their transposed copies.
    case optimizer
    case rest

    /// Whether a kind inside this one is counted by itself.
    fileprivate var givesWay: Bool { self == .elements || self == .rest }
  }

  @TaskLocal private static var current: Profile?

  private struct State {
    var seconds: [Kind: Double] = [:]
    var kind = Kind.rest
    var since = 0.0
  }

  private let clock: @Sendable () -> Double
  private let state = Locked(State())

  /// - Parameter clock: Seconds from any origin.
  package init(clock: @escaping @Sendable () -> Double) { self.clock = clock }

  /// Runs `work` and adds its time to the profile.
  package func take<Result>(_ work: () throws -> Result) rethrows -> Result {
    state.withLock { [clock] in ($0.kind, $0.since) = (.rest, clock()) }
    defer { change(to: .rest) }
    return try Self.$current.withValue(self, operation: work)
  }

  /// The seconds of each kind so far.
  package var seconds: [Kind: Double] { state.withLock { $0.seconds } }

  /// Runs `work`, and counts it as the kind if a profile is taken and nothing around it counts as another.
  package static func measure<Result>(_ kind: Kind, _ work: () -> Result) -> Result {
    guard let profile = current, let outer = profile.enter(kind) else { return work() }
    defer { profile.change(to: outer) }
    return work()
  }

  /// Returns the kind to go back to; `nil` if nothing has changed.
  private func enter(_ kind: Kind) -> Kind? {
    let outer = state.withLock { $0.kind }
    guard outer.givesWay, outer != kind else { return nil }
    change(to: kind)
    return outer
  }

  private func change(to kind: Kind) {
    let now = clock()
    state.withLock {
      $0.seconds[$0.kind, default: 0] += now - $0.since
      ($0.kind, $0.since) = (kind, now)
    }
  }
}

/// The product of `Kernels`, counted by a profile.
func matmul(
  _ a: Matrix, _ orientation: Orientation, _ b: Matrix, into c: Matrix, adding: Bool = false, scale: Float = 1
) {
  Profile.measure(.products) { Kernels.matmul(a, orientation, b, into: c, adding: adding, scale: scale) }
}

/// The product of `Kernels`, counted by a profile.
func matmul(_ a: Matrix, _ b: Matrix, into c: Matrix, adding: Bool = false) {
  matmul(a, .asIs, b, into: c, adding: adding)
}

/// The product of `Kernels`, in BF16 if there is room for it, counted by a profile.
func matmul(
  _ a: Matrix, _ orientation: Orientation, _ b: RightOperand, into c: Matrix, adding: Bool = false, room: PairRoom?
) {
  Profile.measure(.products) { Kernels.matmul(a, orientation, b, into: c, adding: adding, room: room) }
}

/// Likewise, with a left operand as it is.
func matmul(_ a: Matrix, _ b: RightOperand, into c: Matrix, adding: Bool = false, room: PairRoom?) {
  matmul(a, .asIs, b, into: c, adding: adding, room: room)
}

/// Likewise, with a right operand of this product only.
func matmul(
  _ a: Matrix, _ orientation: Orientation, _ b: Matrix, into c: Matrix, adding: Bool = false, room: PairRoom?
) {
  matmul(a, orientation, RightOperand(b), into: c, adding: adding, room: room)
}
