import Kernels

/// An exponential moving average of a network's weights over the optimizer's steps.
///
/// It is evaluated and saved instead of the last weights.
///
/// After step t it is `aₜ / (1 − βᵗ)` with `aₜ = β aₜ₋₁ + (1 − β) wₜ` and `a₀ = 0`: a weighted mean of the weights after each step.
///
/// Source: Morales-Brotons, Vogels and Hendrikx, *Exponential Moving Average of Weights in Deep Learning: Dynamics and Benefits*, 2024;
/// the correction is that of Kingma and Ba, *Adam*, 2015, section 3.
package final class WeightAverage {
  private let decay: Double
  /// aₜ, without the correction.
  let sum: Parameters
  /// Keeps the network's own weights while it has the average's.
  private let own: Parameters

  /// - Parameter decay: β, from 0 to below 1.
  init(decay: Double, layout: ParameterLayout) {
    self.decay = decay
    sum = Parameters(layout: layout)
    own = Parameters(layout: layout)
  }

  /// The number of buffers of the parameters' size.
  static let bufferCount = 2

  /// Adds the weights after a step, or some of them.
  ///
  /// - Parameter weights: `count` of the network's weights from `start` on.
  func add(_ weights: Row, at start: Int) {
    stepAverage(of: weights, decay: decay, into: sum.buffer.row(at: start, count: weights.count))
  }

  /// Gives the network the average's weights during `body`, unless no step was taken.
  ///
  /// - Parameter steps: The number of steps so far.
  func evaluate<Result>(in network: BERT4Rec, steps: Int, _ body: () -> Result) -> Result {
    guard steps > 0 else { return body() }
    let weights = network.parameters.buffer.all
    own.buffer.all.copy(from: weights)
    copy(sum.buffer.all, times: Float(1 / (1 - power(decay, steps))), into: weights)
    network.parametersDidChange()
    defer {
      weights.copy(from: own.buffer.all)
      network.parametersDidChange()
    }
    return body()
  }
}
