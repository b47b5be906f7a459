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
  package func update(_ parameters: Parameters, _ gradients: Parameters) {
    step += 1
    let (p, g) = (parameters.buffer.all, gradients.buffer.all)
    if let limit = configuration.maximumGradientNorm {
      // PyTorch adds 10⁻⁶ to the norm.
      let factor = limit / (norm(g) + 1e-6)
      if factor < 1 { scale(g, by: Float(factor)) }
    }
    let (rate, decay) = (configuration.learningRate, configuration.weightDecay)
    switch configuration.optimizer {
    case .adam, .adamw:
      Adam(learningRate: rate, weightDecay: decay, decouplesDecay: configuration.optimizer == .adamw)
        .update(p, gradient: g, first: moments[0].buffer.all, second: moments[1].buffer.all, step: step)
    case .sgd: stepSGD(p, gradient: g, learningRate: rate, weightDecay: decay)
    case .adagrad:
      stepAdagrad(p, gradient: g, squares: moments[0].buffer.all, learningRate: rate, weightDecay: decay)
    case .rmsprop:
      stepRMSprop(p, gradient: g, squares: moments[0].buffer.all, learningRate: rate, weightDecay: decay)
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
