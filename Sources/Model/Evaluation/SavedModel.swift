/// Weights read from a file, for evaluation and recommendations without training.
public struct SavedModel {
  let network: BERT4Rec
  private let evaluation: EvaluationConfiguration
  let dataset: SequenceDataset

  /// - Parameter weights: Every parameter, under RecBole's name.
  /// - Parameter file: The weights' file, for errors.
  /// - Throws: If a parameter is missing, or its shape does not fit configuration and dataset.
  public init(
    _ weights: Safetensors, file: String, configuration: Configuration, dataset: SequenceDataset
  ) throws(SafetensorsError) {
    // Memory is allocated only after the file has proved to contain the weights of the network that it describes.
    try Self.check(weights, file: file, configuration: configuration, dataset: dataset)
    network = BERT4Rec(configuration.network, itemCount: dataset.itemCount)
    evaluation = configuration.evaluation
    self.dataset = dataset
    try network.parameters.read(weights, file: file)
    network.parametersDidChange()
  }

  /// Checks, as `init` does, that a file has every parameter in the shape that follows from configuration and dataset.
  public static func check(
    _ weights: Safetensors, file: String, configuration: Configuration, dataset: SequenceDataset
  ) throws(SafetensorsError) {
    for entry in ParameterLayout(configuration.network, itemCount: dataset.itemCount).entries {
      _ = try weights.tensor(of: entry, file: file)
    }
  }

  /// The metrics of samples, such as the dataset's `test`; `nil` if there are no samples, or if scores are not numbers.
  public func metrics(of samples: [Sample]) -> Metrics? {
    let evaluator = Evaluator(dataset: dataset, for: evaluation)
    guard let ranks = evaluator.ranks(of: samples, network), ranks.areNumbers else { return nil }
    return RankingMeasures(evaluation, dataset).metrics(of: ranks)
  }
}
