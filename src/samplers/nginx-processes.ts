export { cutProcesses, type NginxProcess, type NginxProcesses, readNginxProcesses } from '../clients/nginx/processes.js';
