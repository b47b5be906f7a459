import Model
import Tuner

extension StudyDefinition {
  /// Decimals that the study's metrics are rounded to and shown with; key `metric_decimal_place`.
  var metricDecimalPlaces: Int {
    fixedConfiguration.first { $0.key == "metric_decimal_place" }.flatMap { Int($0.value) }
      ?? EvaluationConfiguration().metricDecimalPlaces
  }
}
