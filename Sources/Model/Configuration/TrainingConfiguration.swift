/// How a network is trained: optimizer, batches, early stopping, seed.
///
/// Each property's configuration key is its name in snake case unless the comment says otherwise.
///
/// Source: defaults of RecBole 1.2.1.
public struct TrainingConfiguration: Sendable, Hashable {
  /// The maximum number of epochs.
  public var epochs = 300

  /// The number of epochs in which each training sample comes once, at most `mostEpochsPerPass`; key `epoch_fraction`, which is the
  /// reciprocal.
  public var epochsPerPass = 1

  /// The number of samples per step; key `train_batch_size`.
  public var batchSize = 2048

  /// Key `learner`.
  public var optimizer = Optimizer.adam

  public var learningRate = 0.001

  /// The L2 penalty added to the gradient (decoupled for AdamW).
  public var weightDecay = 0.0

  /// The maximum global norm of the gradient, or `nil` for no clipping; key `clip_grad_norm`.
  public var maximumGradientNorm: Double?

  /// The decay β of an average of the weights over the steps, which is evaluated and saved instead of the last weights; `nil` for none; key
  /// `weight_average`.
  public var weightAverage: Double?

  /// The precision of the matrix products of training.
  public var precision = Precision.float32

  /// Whether the samples are shuffled every epoch; key `shuffle`.
  public var shuffles = true

  /// The number of epochs between validations; 0 or less for none before the last epoch; key `eval_step`.
  public var validationInterval = 1

  /// Early-stopping patience N: training stops at the (N + 1)-th validation in a row without improvement; key `stopping_step`.
  public var patience = 10

  public var seed: UInt64 = 2020

  public init() {}

  /// Whether a validation is due from the given epoch on and before the last one; otherwise nothing can stop the run.
  public func validatesBeforeEnd(from epoch: Int = 1) -> Bool {
    guard validationInterval > 0, validationInterval < epochs, epoch < epochs else { return false }
    let (count, rest) = epoch.quotientAndRemainder(dividingBy: validationInterval)
    return (rest > 0 ? count + 1 : count) * validationInterval < epochs
  }

  /// The number of epochs between validations in a run, which always validates after its last epoch.
  var effectiveInterval: Int { validationInterval > 0 ? min(validationInterval, epochs) : epochs }

  /// With so many, reciprocals of whole numbers still differ in their fourth decimal place.
  static let mostEpochsPerPass = 100

  /// The number of epochs in which each sample comes once, if an epoch has this share of them.
  ///
  /// - Parameter fraction: The reciprocal of a whole number, rounded to three decimal places or more, and below a tenth to four: 0.333 is a
  ///   third.
  /// - Returns: `nil` if it is none.
  static func epochsPerPass(fraction: Double) -> Int? {
    let count = (1 / fraction).rounded()
    guard 1...Double(mostEpochsPerPass) ~= count else { return nil }
    let unit = count > 10 ? 0.0001 : 0.001
    return abs(fraction - 1 / count) < 0.51 * unit ? Int(count) : nil
  }

  /// How matrix products round what they multiply; their sums have 32 bits.
  public enum Precision: String, Sendable, Hashable, CaseIterable {
    case float32
    /// In training only.
    case bfloat16
  }

  /// Gradient descent methods, as PyTorch defines them.
  public enum Optimizer: String, Sendable, Hashable, CaseIterable {
    case adam, adamw, sgd, adagrad, rmsprop
  }
}
