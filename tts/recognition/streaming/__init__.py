"""Speech to text by a streaming model of the operator's own, in processes of their own: vosk or sherpa-onnx."""
