import Crypto
import Literals

/// SHA-256 in hexadecimal.
package func sha256(_ bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hexadecimal }
