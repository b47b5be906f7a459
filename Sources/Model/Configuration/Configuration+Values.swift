public import Literals

extension Configuration {
  /// Every key with its value in canonical form, sorted by key, as stored in studies.
  ///
  /// `ConfigurationLayer(source:canonical:)` turns these values back into the same configuration.
  public var values: [(key: String, value: Literal)] {
    var values = networkValues
    values.merge(trainingValues) { _, new in new }
    values.merge(evaluationValues) { _, new in new }
    values.merge(datasetValues) { _, new in new }
    return values.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
  }

  /// Those of `values` on which results depend, and which therefore identify a configuration.
  ///
  /// For `load_col`, only which of the `.user` and `.item` files are read is kept.
  public var effectiveValues: [(key: String, value: Literal)] {
    let effective = Set(Self.keys.filter(\.influencesNumbers).map(\.name))
    return values.filter { effective.contains($0.key) }.map { key, value in
      guard key == "load_col", case .map(let files) = value else { return (key: key, value: value) }
      return (key: key, value: .map(files.filter { $0.key != "inter" }.mapValues { _ in .text("*") }))
    }
  }

  private var networkValues: [String: Literal] {
    [
      "model": .text("BERT4Rec"), "hidden_size": .integer(network.hiddenSize),
      "inner_size": .integer(network.innerSize), "n_layers": .integer(network.layerCount),
      "n_heads": .integer(network.headCount), "hidden_dropout_prob": .number(network.hiddenDropout),
      "attn_dropout_prob": .number(network.attentionDropout), "hidden_act": .text(network.activation.rawValue),
      "layer_norm_eps": .number(network.layerNormEpsilon), "initializer_range": .number(network.initializerRange),
      "mask_ratio": .number(network.maskRatio), "ft_ratio": .number(network.lastItemRatio),
      "loss_type": .text(network.loss.rawValue),
    ]
  }

  private var trainingValues: [String: Literal] {
    [
      "seed": .integer(Int(clamping: training.seed)), "epochs": .integer(training.epochs),
      "train_batch_size": .integer(training.batchSize), "learner": .text(training.optimizer.rawValue),
      "learning_rate": .number(training.learningRate), "weight_decay": .number(training.weightDecay),
      "clip_grad_norm": training.maximumGradientNorm.map { .map(["max_norm": .number($0), "norm_type": .integer(2)]) }
        ?? .null,
      "shuffle": .boolean(training.shuffles), "eval_step": .integer(training.validationInterval),
      "stopping_step": .integer(training.patience),
    ]
  }

  private var evaluationValues: [String: Literal] {
    [
      "eval_args": .map([
        "split": .map(["LS": .text(dataset.split.rawValue)]), "order": .text("TO"), "group_by": .text("user"),
        "mode": .text("full"),
      ]),
      "metrics": .list(evaluation.metrics.map { .text($0.rawValue) }),
      "topk": .list(evaluation.cutoffs.map { .integer($0) }),
      "valid_metric": .text(evaluation.validationMetric),
      "metric_decimal_place": .integer(evaluation.metricDecimalPlaces),
      "eval_batch_size": .integer(evaluation.batchSize),
    ]
  }

  private var datasetValues: [String: Literal] {
    let path = dataset.dataPaths.count == 1 ? dataset.dataPaths.first : nil
    return [
      "dataset": .text(dataset.name), "data_path": path.map { .text($0) } ?? .null,
      "field_separator": .text(dataset.fieldSeparator), "seq_separator": .text(dataset.sequenceSeparator),
      "USER_ID_FIELD": .text(dataset.userField), "ITEM_ID_FIELD": .text(dataset.itemField),
      "TIME_FIELD": .text(dataset.timeField), "LIST_SUFFIX": .text(dataset.listSuffix),
      "load_col": dataset.loadedColumns.map { .map($0.mapValues(\.value)) } ?? .null,
      "rm_dup_inter": dataset.duplicates.value,
      "val_interval": dataset.valueFilters.isEmpty ? .null : .map(dataset.valueFilters.mapValues(\.value)),
      "filter_inter_by_user_or_item": .boolean(dataset.filtersByFeatureFiles),
      "user_inter_num_interval": dataset.userCountInterval.map { .text($0.text) } ?? .null,
      "item_inter_num_interval": dataset.itemCountInterval.map { .text($0.text) } ?? .null,
      "normalize_all": dataset.normalizesAll ? .boolean(true) : .null,
      "normalize_field": Self.names(dataset.normalizedFields),
      "alias_of_item_id": Self.names(dataset.itemAliases),
      "seq_len": dataset.sequenceLimits.isEmpty ? .null : .map(dataset.sequenceLimits.mapValues { .integer($0) }),
      "MAX_ITEM_LIST_LENGTH": .integer(dataset.maximumLength),
      "benchmark_filename": Self.names(dataset.benchmarkFiles ?? []),
      "time_precision": .text(dataset.timePrecision.rawValue),
    ]
  }

  private static func names(_ names: [String]) -> Literal {
    names.isEmpty ? .null : .list(names.map { .text($0) })
  }
}

extension DatasetConfiguration.ColumnSelection {
  fileprivate var value: Literal {
    switch self {
    case .all: .text("*")
    case .some(let names): .list(names.map { .text($0) })
    }
  }
}

extension DatasetConfiguration.DuplicateRule {
  fileprivate var value: Literal {
    switch self {
    case .keepAll: .null
    case .keepFirst: .text("first")
    case .keepLast: .text("last")
    }
  }
}

extension DatasetConfiguration.ValueFilter {
  fileprivate var value: Literal {
    switch self {
    case .intervals(let intervals): .text(intervals.text)
    case .tokens(let tokens): .list(tokens.map { .text($0) })
    }
  }
}
