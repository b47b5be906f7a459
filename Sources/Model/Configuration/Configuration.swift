import Foundation
import Literals

/// Everything that a training run depends on, validated and typed.
public struct Configuration: Sendable, Hashable {
  public var dataset = DatasetConfiguration()
  public var network = NetworkConfiguration()
  public var training = TrainingConfiguration()
  public var evaluation = EvaluationConfiguration()

  /// Notes about settings that were accepted but have no effect, or may be read in an unexpected way; one sentence each.
  public private(set) var notes: [String] = []

  /// The defaults.
  public init() {}

  /// Combines layers and validates the result.
  ///
  /// A key's strongest value replaces weaker ones as a whole, except that sub-keys missing from `eval_args` keep
  /// their defaults. (RecBole fills them with defaults that then refuse to train.) For the dataset
  /// `ml-100k` with `time_precision: float32`, RecBole's own settings for that dataset come first.
  ///
  /// - Parameter layers: Weakest first.
  /// - Parameter dataDirectories: Folders searched for the dataset after `datasets` and `dataset`.
  /// - Throws: All problems at once.
  public init(layers: [ConfigurationLayer], dataDirectories: [String] = []) throws(ConfigurationError) {
    var reader = ConfigurationReader(layers: layers)
    readDataset(&reader, dataDirectories)
    readNetwork(&reader)
    readTraining(&reader)
    readEvaluation(&reader)
    check(&reader)
    reader.reportOthers()
    guard reader.problems.isEmpty else { throw ConfigurationError(reader.problems, notes: reader.notes) }
    notes = reader.notes
  }

  /// Equal configurations give equal results on equal data.
  public static func == (first: Configuration, second: Configuration) -> Bool {
    first.dataset == second.dataset && first.network == second.network && first.training == second.training
      && first.evaluation == second.evaluation
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(dataset)
    hasher.combine(network)
    hasher.combine(training)
    hasher.combine(evaluation)
  }
}

// MARK: - The dataset's own file

extension Configuration {
  /// The YAML file in the folder of the dataset named by `layers`, to be put below them.
  ///
  /// - Returns: `nil` if the dataset or the file `<path>/<name>/<name>.yaml` is not there.
  ///   The same applies if their names are invalid, which `init(layers:)` reports together with all other problems.
  /// - Throws: If the file cannot be read, or names another dataset or place.
  public static func datasetLayer(
    for layers: [ConfigurationLayer], dataDirectories: [String] = []
  ) throws(ConfigurationError) -> ConfigurationLayer? {
    var reader = ConfigurationReader(layers: layers)
    var configuration = Configuration()
    configuration.readPlace(&reader, dataDirectories)
    guard reader.problems.isEmpty else { return nil }
    let dataset = configuration.dataset
    guard let folder = dataset.folder else { return nil }
    let path = "\(folder)/\(dataset.name).yaml"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let layer = try ConfigurationLayer(yamlFile: path)
    for entry in layer.entries where entry.key == "data_path" || entry.key == "dataset" {
      guard entry.key != "dataset" || entry.value.plain != dataset.name else { continue }
      throw ConfigurationError(
        at: entry.location, found: "\(entry.key) \(entry.value) in the file of the dataset \(dataset.name)",
        expected: "no such key here, or in another file")
    }
    return layer
  }
}

// MARK: - The dataset

extension Configuration {
  fileprivate mutating func readPlace(_ reader: inout ConfigurationReader, _ dataDirectories: [String]) {
    reader.text("dataset", into: &dataset.name)
    if let problem = DataError.problem(withName: dataset.name) {
      reader.report("dataset", found: "'\(dataset.name)', which \(problem)", expected: "a plain folder name")
    }
    dataset.dataPaths += dataDirectories
    var path = ""
    reader.text("data_path", into: &path)
    if path.unicodeScalars.contains(where: \.isInvisible) {
      reader.report("data_path", found: "'\(path)' with an invisible character", expected: "a folder")
    }
    if !path.isEmpty { dataset.dataPaths = [path.expandingHome] }
  }

  fileprivate mutating func readDataset(_ reader: inout ConfigurationReader, _ dataDirectories: [String]) {
    reader.choice("model", ["BERT4Rec"]) { _ in }
    readPlace(&reader, dataDirectories)
    reader.choice("time_precision", DatasetConfiguration.TimePrecision.allCases.map(\.rawValue)) {
      dataset.timePrecision = .init(rawValue: $0) ?? .exact
    }
    if dataset.name == "ml-100k", dataset.timePrecision == .float32 { readReferenceSettings(&reader) }
    reader.separator("field_separator", into: &dataset.fieldSeparator)
    reader.separator("seq_separator", into: &dataset.sequenceSeparator)
    reader.text("USER_ID_FIELD", into: &dataset.userField)
    reader.text("ITEM_ID_FIELD", into: &dataset.itemField)
    reader.text("TIME_FIELD", expected: "the name of a column: \(DataError.whyTimes)", into: &dataset.timeField)
    reader.encoding()
    reader.text("LIST_SUFFIX", into: &dataset.listSuffix)
    reader.loadedColumns(into: &dataset.loadedColumns)
    reader.choice("rm_dup_inter", ["first", "last"], orNull: true) {
      dataset.duplicates = $0 == "first" ? .keepFirst : $0 == "last" ? .keepLast : .keepAll
    }
    reader.valueFilters(into: &dataset.valueFilters)
    reader.boolean("filter_inter_by_user_or_item", into: &dataset.filtersByFeatureFiles)
    reader.intervals("user_inter_num_interval", into: &dataset.userCountInterval)
    reader.intervals("item_inter_num_interval", into: &dataset.itemCountInterval)
    reader.boolean("normalize_all", orNull: true, into: &dataset.normalizesAll)
    reader.names("normalize_field", into: &dataset.normalizedFields)
    reader.names("alias_of_item_id", into: &dataset.itemAliases)
    reader.lengths("seq_len", into: &dataset.sequenceLimits)
    reader.integer("MAX_ITEM_LIST_LENGTH", in: 1...65536, into: &dataset.maximumLength)
    network.maximumLength = dataset.maximumLength
    var files: [String] = []
    reader.names("benchmark_filename", into: &files)
    dataset.benchmarkFiles = files.isEmpty ? nil : files
    for file in files {
      guard let problem = DataError.problem(withName: file) else { continue }
      reader.report("benchmark_filename", found: "'\(file)', which \(problem)", expected: "a plain file name")
    }
    if !files.isEmpty, files.count != 3 {
      reader.report(
        "benchmark_filename", found: "\(files.count) names", expected: "three: of the train, valid and test files")
    }
    if reader.has("normalize_field"), !dataset.normalizedFields.isEmpty, dataset.normalizesAll {
      if reader.has("normalize_all") {
        reader.report(
          "normalize_field", found: "both normalize_all and normalize_field", expected: "one of them",
          namesKey: false)
      }
      dataset.normalizesAll = false
    }
  }

  /// RecBole's settings for its packaged copy of ML-100K.
  private mutating func readReferenceSettings(_ reader: inout ConfigurationReader) {
    dataset.normalizesAll = true
    dataset.userCountInterval = nil
    dataset.itemCountInterval = nil
    reader.note("ml-100k with time_precision float32 starts from RecBole's own settings for ml-100k")
  }
}

// MARK: - The network, its training and evaluation

extension Configuration {
  fileprivate mutating func readNetwork(_ reader: inout ConfigurationReader) {
    reader.integer("hidden_size", in: 1...65536, into: &network.hiddenSize)
    reader.integer("inner_size", in: 1...65536, into: &network.innerSize)
    reader.integer("n_layers", in: 1...1024, into: &network.layerCount)
    reader.integer("n_heads", in: 1...65536, into: &network.headCount)
    reader.rate("hidden_dropout_prob", into: &network.hiddenDropout)
    reader.rate("attn_dropout_prob", into: &network.attentionDropout)
    reader.choice("hidden_act", NetworkConfiguration.Activation.allCases.map(\.rawValue)) {
      network.activation = .init(rawValue: $0) ?? .gelu
    }
    reader.number("layer_norm_eps", from: 0, into: &network.layerNormEpsilon)
    reader.number("initializer_range", from: 0, into: &network.initializerRange)
    reader.number("mask_ratio", from: 0, to: 1, into: &network.maskRatio)
    reader.number("ft_ratio", from: 0, to: 1, into: &network.lastItemRatio)
    reader.choice("loss_type", NetworkConfiguration.Loss.allCases.map(\.rawValue)) {
      network.loss = .init(rawValue: $0) ?? .crossEntropy
    }
    reader.constant("transform")
    reader.constant("enable_amp")
  }

  fileprivate mutating func readTraining(_ reader: inout ConfigurationReader) {
    var seed = Int(training.seed)
    reader.integer("seed", in: 0...Int.max, into: &seed)
    training.seed = UInt64(seed)
    reader.integer("epochs", in: 0...1_000_000_000, into: &training.epochs)
    reader.integer("train_batch_size", in: 1...Int(Int32.max), into: &training.batchSize)
    reader.choice(
      "learner", TrainingConfiguration.Optimizer.allCases.map(\.rawValue),
      explaining: ["sparse_adam": "sparse_adam, which needs sparse gradients that BERT4Rec does not have"]
    ) {
      training.optimizer = .init(rawValue: $0) ?? .adam
    }
    reader.number("learning_rate", from: 0, isOpen: true, into: &training.learningRate)
    reader.number("weight_decay", from: 0, into: &training.weightDecay)
    reader.gradientNorm(into: &training.maximumGradientNorm)
    reader.boolean("shuffle", into: &training.shuffles)
    reader.integer("eval_step", in: -1_000_000_000...1_000_000_000, into: &training.validationInterval)
    reader.integer("stopping_step", in: 0...1_000_000_000, into: &training.patience)
  }

  fileprivate mutating func readEvaluation(_ reader: inout ConfigurationReader) {
    reader.evaluationArguments(into: &dataset.split, isSplitBeforehand: dataset.benchmarkFiles != nil)
    reader.constant("repeatable")
    reader.integer("metric_decimal_place", in: 0...15, into: &evaluation.metricDecimalPlaces)
    reader.integer("eval_batch_size", in: 1...Int(Int32.max), into: &evaluation.batchSize)
    let earlierProblemCount = reader.problems.count
    reader.metrics(into: &evaluation.metrics)
    reader.cutoffs(into: &evaluation.cutoffs)
    readValidationMetric(&reader, earlierProblemCount)
  }

  /// Reads the validation metric, which must be among the measured ones.
  private mutating func readValidationMetric(_ reader: inout ConfigurationReader, _ earlierProblemCount: Int) {
    var metric = evaluation.validationMetric
    reader.text("valid_metric", into: &metric)
    evaluation.validationMetric = metric.lowercased()
    let names = evaluation.metricNames
    guard reader.problems.count == earlierProblemCount, !names.contains(evaluation.validationMetric) else { return }
    let nearest = nearestName(to: metric, among: names).map { "\($0) or another" } ?? "one"
    let key = ["valid_metric", "topk", "metrics"].first { reader.has($0) } ?? "valid_metric"
    reader.report(
      key, found: "valid_metric '\(metric)', which is not measured",
      expected: "\(nearest) of \(names.joined(separator: ", ")), which follow from metrics and topk", namesKey: false)
  }

  fileprivate func check(_ reader: inout ConfigurationReader) {
    guard reader.problems.isEmpty else { return }
    if !network.hiddenSize.isMultiple(of: network.headCount) {
      reader.report(
        reader.has("n_heads") ? "n_heads" : "hidden_size",
        found: "n_heads \(network.headCount), which does not divide hidden_size \(network.hiddenSize)",
        expected: "a divisor", namesKey: false)
    }
    let layerParameterCount = LayerShape(network).parameterCount * network.layerCount
    if layerParameterCount > 1 << 31 {
      reader.report(
        reader.has("hidden_size") ? "hidden_size" : "inner_size",
        found: "layers of \(layerParameterCount) parameters", expected: "at most \(1 << 31)",
        namesKey: false)
    }
    if network.maximumLength < 2 {
      reader.report(
        "MAX_ITEM_LIST_LENGTH",
        found: "1, so that every history has one item, and a mask on the first item never counts in the loss",
        expected: "2 or more")
    } else if network.lastItemRatio < 1, (network.maskRatio * Double(network.maximumLength)).rounded(.down) < 1 {
      reader.report(
        reader.has("mask_ratio") ? "mask_ratio" : "MAX_ITEM_LIST_LENGTH",
        found: "mask_ratio \(network.maskRatio) of \(network.maximumLength) items, which is less than one item",
        expected: "mask_ratio · MAX_ITEM_LIST_LENGTH of 1 or more, or ft_ratio 1", namesKey: false)
    }
  }
}

extension EvaluationConfiguration {
  /// The names of all results, such as `mrr@10`: metrics in order, and for each metric the cut-offs in order.
  public var metricNames: [String] {
    metrics.flatMap { metric in cutoffs.map { "\(metric.rawValue)@\($0)" } }
  }
}
