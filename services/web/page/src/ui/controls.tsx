import { RadioGroup } from "radix-ui";
import { type ComponentProps, type ReactNode, useId } from "react";

interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; text: string; className?: string }[];
  compact?: boolean;
  onChange(value: Value): void;
}

/** One of a few choices, all of them visible: radio buttons, by keyboard moved through by the arrow keys. */
export function Segments<Value extends string>({
  label,
  value,
  options,
  compact,
  onChange,
}: SegmentsProps<Value>) {
  return (
    <RadioGroup.Root
      className={compact ? "segments compact" : "segments"}
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as Value)}
      orientation="horizontal"
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          className={`segment ${option.className ?? ""}`}
        >
          {option.text}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}

type FieldProps = Omit<ComponentProps<"input">, "id" | "aria-describedby" | "aria-invalid"> & {
  label: ReactNode;
  problem?: string | undefined;
  hint?: ReactNode;
};

/** A text field with its label, a hint, and what is wrong with it. */
export function Field({ label, problem, hint, className = "", ...input }: FieldProps) {
  const id = useId();
  const described = [problem && `${id}-problem`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={`input ${className}`}
        aria-invalid={problem ? true : undefined}
        aria-describedby={described || undefined}
      />
      {problem && (
        <span className="problem" id={`${id}-problem`}>
          {problem}
        </span>
      )}
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}

type SelectProps = Omit<ComponentProps<"select">, "id"> & {
  label: string;
  options: readonly (readonly [value: string, text: string])[];
};

/** A list to choose from. */
export function Select({ label, options, ...select }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select {...select} id={id} className="input">
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
