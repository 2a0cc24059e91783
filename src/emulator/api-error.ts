/**
 * An answer that is not success. Codes starting with E99 are invented: the real ones are not published, and a client
 * that passes on them has proved nothing about the real service.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly description: string;

  constructor(status: number, code: string, description: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.description = description;
  }

  /** The error body as documented: `message` repeats `errorMessage`. */
  toBody(): Record<string, unknown> {
    return {
      errorCode: this.code,
      errorDescription: this.description,
      errorMessage: this.message,
      message: this.message,
    };
  }
}

export const badRequest = (message: string): ApiError => new ApiError(400, 'E011001', 'Bad request', message);

export const fieldRequired = (field: string): ApiError =>
  new ApiError(400, 'E011003', 'Request is invalid', `The ${field} field is required`);

export const invalidArgument = (message: string): ApiError =>
  new ApiError(400, 'E011004', 'Request contains invalid arguments', message);

export const invented = (status: number, code: `E99${string}`, description: string, message: string): ApiError =>
  new ApiError(status, code, description, message);
