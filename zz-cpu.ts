import autocannon from "autocannon";
import { startLoad } from "./ops/load/index.ts";
const origin = `http://127.0.0.1:${process.argv[2]}`;
for (let i=0;i<3;i++){
  for (const side of ["ours","peer"]) {
    const cpu=process.cpuUsage(); const t=performance.now(); let n=0;
    if (side==="ours") n=(await startLoad({connections:64,requests:8000,to:[{key:"all",origin,path:"/"}]}).result).total.ok;
    else n=(await autocannon({url:origin,connections:64,amount:8000})).requests.total;
    const {user,system}=process.cpuUsage(cpu);
    console.log(side, n, "us/req user", (user/n).toFixed(1), "sys", (system/n).toFixed(1), "wall", Math.round(performance.now()-t));
  }
}
process.exit();
