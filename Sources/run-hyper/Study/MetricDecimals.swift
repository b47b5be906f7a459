import Model
import Tuner

extension StudyDefinition {
  /// The number of decimal places of the study's metrics; key `metric_decimal_place`.
  var metricDecimalPlaces: Int {
    fixedConfiguration.first { $0.key == "metric_decimal_place" }.flatMap { Int($0.value) }
      ?? EvaluationConfiguration().metricDecimalPlaces
  }
}
