export default function ZonesPage() {
  return null;
}
