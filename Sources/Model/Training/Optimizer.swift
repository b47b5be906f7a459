import Kernels

/// The optimizer with its state: it applies the gradient to the parameters.
package final class Optimizer {
  private let configuration: TrainingConfiguration
  private let layout: ParameterLayout
  /// Adam's two moments, or the squares of Adagrad and RMSprop; empty for plain SGD.
  let moments: [Parameters]
  /// The number of steps taken.
  var step = 0

  package init(_ configuration: TrainingConfiguration, layout: ParameterLayout) {
    self.configuration = configuration
    self.layout = layout
    moments = (0..<configuration.optimizer.momentCount).map { _ in Parameters(layout: layout) }
  }

  /// Clips the gradient if configured, and takes one step.
  ///
  /// - Parameter average: Gets the weights after the step.
  /// - Parameter threads: The maximum number of threads that take shares of a large network's parameters; the result does not depend on it.
  package func update(
    _ parameters: Parameters, _ gradients: Parameters, average: WeightAverage? = nil, threads: Int = 1
  ) {
    step += 1
    if let limit = configuration.maximumGradientNorm {
      let gradient = gradients.buffer.all
      // PyTorch adds 10⁻⁶ to the norm.
      let factor = limit / (norm(gradient) + 1e-6)
      if factor < 1 { scale(gradient, by: Float(factor)) }
    }
    let vectors = (parameters.buffer.count + 15) / 16
    let count = max(1, min(threads, vectors / Self.vectorsPerThread))
    // What a thread does with a piece finds it in its cache.
    let piece = average == nil ? vectors : Self.vectorsPerPiece
    inParallel(count) { number in
      let share = vectors * number / count..<vectors * (number + 1) / count
      for first in stride(from: share.lowerBound, to: share.upperBound, by: piece) {
        let (start, end) = (16 * first, min(16 * min(first + piece, share.upperBound), parameters.buffer.count))
        step(parameters, gradients, at: start, count: end - start)
        average?.add(parameters.buffer.row(at: start, count: end - start), at: start)
      }
    }
  }

  /// The minimum number of vectors of sixteen parameters for which another thread pays off.
  private static let vectorsPerThread = 1 << 15

  /// The vectors of a piece: 16 KiB of each buffer.
  private static let vectorsPerPiece = 1 << 8

  /// The step of some of the parameters.
  private func step(_ parameters: Parameters, _ gradients: Parameters, at start: Int, count: Int) {
    func share(_ all: Parameters) -> Row { all.buffer.row(at: start, count: count) }
    let (p, g) = (share(parameters), share(gradients))
    let (rate, decay) = (configuration.learningRate, configuration.weightDecay)
    switch configuration.optimizer {
    case .adam, .adamw:
      Adam(learningRate: rate, weightDecay: decay, decouplesDecay: configuration.optimizer == .adamw)
        .update(p, gradient: g, first: share(moments[0]), second: share(moments[1]), step: step)
    case .sgd: stepSGD(p, gradient: g, learningRate: rate, weightDecay: decay)
    case .adagrad: stepAdagrad(p, gradient: g, squares: share(moments[0]), learningRate: rate, weightDecay: decay)
    case .rmsprop: stepRMSprop(p, gradient: g, squares: share(moments[0]), learningRate: rate, weightDecay: decay)
    }
  }
}

extension TrainingConfiguration.Optimizer {
  /// The number of buffers of the parameters' size that the optimizer keeps.
  var momentCount: Int {
    switch self {
    case .adam, .adamw: 2
    case .adagrad, .rmsprop: 1
    case .sgd: 0
    }
  }
}
